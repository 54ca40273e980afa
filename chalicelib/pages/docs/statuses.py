"""What each status means for a platform's screen, and words it may use there, in the youth's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["STATUSES", "Meaning"]


@dataclass(frozen=True)
class Meaning:
    """What is true, what the screen should offer, suggested words by language, and whether polling may stop."""

    means: str
    offer: str
    words: Mapping[str, str]
    last: bool = False


STATUSES: Mapping[str, Meaning] = {
    "accepted": Meaning(
        "3018 has the handoff, and the youth has something left to do on the page: choose, or leave a number.",
        "A button to `links.youth`, for 30 minutes. Below it, a link to call 3018.",
        {
            "fr": "C’est transmis au 3018. Ouvre la page pour choisir : discuter par écrit, ou être appelé·e.",
            "en": "We passed it on to 3018. Open the page to choose: chat, or be called.",
        },
    ),
    "scheduled": Meaning(
        "A call is planned: at the time the youth chose, or at the next opening.",
        "Nothing to do. Keep the link to call 3018, and the danger numbers.",
        {
            "fr": "C’est noté. Le 3018 t’appellera au moment prévu.",
            "en": "It’s noted. 3018 will call you at the planned time.",
        },
    ),
    "waiting": Meaning(
        "The youth stands in the line; a counsellor takes them next, or calls soon.",
        "A button back to `links.youth`: in a chat, the page must stay open. The wait is in `place.wait`, and in "
        "/v1/availability.",
        {
            "fr": "Tu es dans la file du 3018. Garde la page ouverte : quelqu’un va te répondre.",
            "en": "You are in line at 3018. Keep the page open: someone will answer you.",
        },
    ),
    "connected": Meaning(
        "A counsellor is at work for the youth: both have written, or the call has begun. It does not say that "
        "somebody picked up.",
        "Step back: no question, no survey, nothing over the page.",
        {
            "fr": "Une personne du 3018 s’occupe de toi.",
            "en": "Someone at 3018 is here for you.",
        },
    ),
    "closed": Meaning(
        "It is over, for whatever reason: helped, left, cancelled or expired look the same, on purpose.",
        "A way back to 3018, and no question about how it went. Stop polling.",
        {
            "fr": "C’est terminé pour cette fois. Le 3018 reste là pour toi : c’est gratuit, anonyme et confidentiel.",
            "en": "That’s it for this time. 3018 is still there for you: free, anonymous and confidential.",
        },
        last=True,
    ),
}  # fmt: skip
