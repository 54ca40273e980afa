"""Pages of the youth and the counsellor: templates, static files, words. Imports ``emergency`` and ``problems`` only.

``render`` fills templates (the only user of Jinja2), ``scene`` says which parts of the youth's page a view shows,
``words`` is the catalogue, ``windows`` the hours a callback may be asked for, ``statics`` the files served as they are.
"""

from __future__ import annotations

from chalicelib.pages.render import (
    console_page,
    docs_page,
    down_page,
    expired_link_page,
    landing_page,
    left_page,
    signin_problem_page,
    used_link_page,
    youth_page,
)
from chalicelib.pages.statics import POLICY, static

__all__ = [
    "POLICY",
    "console_page",
    "docs_page",
    "down_page",
    "expired_link_page",
    "landing_page",
    "left_page",
    "signin_problem_page",
    "static",
    "used_link_page",
    "youth_page",
]
