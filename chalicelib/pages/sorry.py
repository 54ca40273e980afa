"""The page for the moment in which nothing else works: no template, no catalogue, no desk. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib import emergency
from chalicelib.pages.statics import EXIT, address

__all__ = ["sorry_page"]

_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "danger": "En danger maintenant ?", "leave": "Quitter vite", "title": "La page ne répond pas.",
        "lead": "Ce n’est pas ta faute. Recharge-la dans un instant, ou appelle tout de suite.",
        "call": "Appeler le 3018", "free": "Appel gratuit, anonyme et confidentiel.", "again": "Recharger la page",
    },
    "en": {
        "danger": "In danger now?", "leave": "Leave fast", "title": "The page does not answer.",
        "lead": "It is not your fault. Reload it in a moment, or call right away.",
        "call": "Call 3018", "free": "Free, anonymous and confidential call.", "again": "Reload the page",
    },
}  # fmt: skip


def sorry_page(locale: str) -> str:
    """3018, the danger numbers, the way out, and a link that loads the same address again."""
    language = "en" if locale.lower().startswith("en") else "fr"
    say = _WORDS[language]
    numbers = "\n".join(
        f'<li><a href="{of["link"]}" title="{of["label"]}"><b>{of["number"]}</b> <span>{of["short"]}</span></a></li>'
        for of in emergency.labelled(language)
    )
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>3018</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{address("youth.css")}">
</head>
<body>
<header class="top">
<div class="bar">
<span class="mark">3018</span>
<a class="leave" href="{EXIT}" data-testid="leave">{say["leave"]}</a>
</div>
<nav class="danger" aria-label="{say["danger"]}">
<p>{say["danger"]}</p>
<ul>
{numbers}
</ul>
</nav>
</header>
<main class="room" data-testid="sorry">
<h1>{say["title"]}</h1>
<p>{say["lead"]}</p>
<a class="choice first" href="{emergency.TEL}"><b>{say["call"]}</b> <span>{say["free"]}</span></a>
<a class="choice" href="" data-testid="again"><b>{say["again"]}</b></a>
</main>
</body>
</html>
"""
