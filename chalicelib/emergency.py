"""Numbers that help when the hub cannot: 3018 itself and the French danger numbers. Plain data, standard library only.

``for`` is a word for machines, stable; ``link`` is what a phone can open; ``label`` and ``hours`` are for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["FREE_CALL", "LABELS", "NUMBERS", "TEL", "fallback", "labelled"]

TEL = "tel:3018"
"""3018 exists in the national plan only: ``+33 3018`` cannot be dialled."""

NUMBERS: tuple[Mapping[str, str], ...] = tuple(
    MappingProxyType(number)
    for number in (
        {"number": "17", "for": "police", "link": "tel:17"},
        {"number": "112", "for": "any_emergency", "link": "tel:112"},
        {"number": "114", "for": "emergency_by_sms", "link": "sms:114"},
        {"number": "119", "for": "child_in_danger", "link": "tel:119"},
        {"number": "3114", "for": "suicide_prevention", "link": "tel:3114"},
    )
)
"""In the order in which they are shown, always together with 3018."""

FREE_CALL: Mapping[str, str] = MappingProxyType({"fr": "Appel gratuit", "en": "Free call"})

LABELS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "fr": {
            "police": ("Police", "Police et gendarmerie"),
            "any_emergency": ("Urgences", "Toutes les urgences, partout en Europe"),
            "emergency_by_sms": ("Par SMS", "Urgences par SMS, sans parler"),
            "child_in_danger": ("Enfance", "Enfance en danger, jour et nuit"),
            "suicide_prevention": ("Suicide", "Prévention du suicide, jour et nuit"),
        },
        "en": {
            "police": ("Police", "Police"),
            "any_emergency": ("Emergency", "Any emergency, anywhere in Europe"),
            "emergency_by_sms": ("By text", "Emergencies by text message, without speaking"),
            "child_in_danger": ("Children", "Children in danger, day and night"),
            "suicide_prevention": ("Suicide", "Suicide prevention, day and night"),
        },
    }
)
"""By language and ``for``: the one word that fits on a button, and the whole sentence."""


def labelled(locale: str) -> list[dict[str, str]]:
    """``NUMBERS`` with ``short`` and ``label`` in the language of ``locale`` (``fr`` when unknown)."""
    labels = LABELS.get(locale[:2].lower(), LABELS["fr"])
    return [{**number, "short": labels[number["for"]][0], "label": labels[number["for"]][1]} for number in NUMBERS]


def fallback() -> dict[str, object]:
    """What a platform shows when the hub cannot help: ``{"tel": "3018", "emergency": ["17", …]}``, dialled as it is."""
    return {"tel": TEL.removeprefix("tel:"), "emergency": [number["number"] for number in NUMBERS]}
