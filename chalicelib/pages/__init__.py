"""Pages of the youth and the counsellor: templates, static files, words. Imports ``emergency`` and ``problems`` only.

``render`` fills templates (the only user of Jinja2), ``scene`` says which parts of the youth's page a view shows,
``words`` is the catalogue, ``windows`` the hours a callback may be asked for, ``statics`` the files served as they are,
``sorry`` the page that needs none of them, ``public`` the pages for everybody, ``supervisor`` the supervisors' page
with its ``charts`` (the only user of leather).
"""

from __future__ import annotations

from chalicelib.pages.public import CARD_POLICY, card_page, card_words, down_status_page, status_page
from chalicelib.pages.render import (
    console_page,
    down_page,
    expired_link_page,
    landing_page,
    left_page,
    rehearsal_page,
    resume_page,
    signin_problem_page,
    used_link_page,
    youth_page,
)
from chalicelib.pages.sorry import sorry_page
from chalicelib.pages.statics import POLICY, static
from chalicelib.pages.supervisor import not_supervisor_page, supervisor_page
from chalicelib.pages.words import Words, supervisor_words

__all__ = [
    "CARD_POLICY",
    "POLICY",
    "Words",
    "card_page",
    "card_words",
    "console_page",
    "down_page",
    "down_status_page",
    "expired_link_page",
    "landing_page",
    "left_page",
    "not_supervisor_page",
    "rehearsal_page",
    "resume_page",
    "signin_problem_page",
    "sorry_page",
    "static",
    "status_page",
    "supervisor_page",
    "supervisor_words",
    "used_link_page",
    "youth_page",
]
