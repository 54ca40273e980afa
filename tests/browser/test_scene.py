"""The rule that stands twice, in ``pages/scene.py`` and ``static/scene.js``, says the same in both."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from chalicelib import pages
from chalicelib.pages.scene import facts, scene
from tests.corpus.youths import SCENES, many

SOURCE = (Path(pages.__file__).parent / "static" / "scene.js").read_text()
ASK = """([source, views]) => import(URL.createObjectURL(new Blob([source], { type: "text/javascript" }))).then(
    (module) => views.map((view) => [module.sceneOf(view), [...module.factsOf(view)].sort()]))"""


@pytest.fixture(scope="module")
def views() -> list[dict[str, object]]:
    return [*SCENES.values(), *many()]


def test_the_hub_and_the_browser_show_the_same_parts(browser: Browser, views: list[dict[str, object]]) -> None:
    page = browser.new_page()
    told = page.evaluate(ASK, [SOURCE, views])
    page.close()
    assert len(told) > 700
    for view, (its_scene, its_facts) in zip(views, told, strict=True):
        assert its_scene == scene(view), view
        assert its_facts == sorted(facts(view)), view
