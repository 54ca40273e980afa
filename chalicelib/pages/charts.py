"""Column charts as SVG: the only user of leather, which is imported when first needed.

Colours are names of CSS variables, so a chart follows the page's scheme; nothing in it needs an inline style or script.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

__all__ = ["Bucket", "Layer", "chart"]

WIDTH, HEIGHT = 980, 250
ROUNDED = ("x", "y", "width", "height", "x1", "x2", "y1", "y2")
TEXT = 13
LETTER = 7


@dataclass(frozen=True)
class Bucket:
    """One column: its label under the axis (empty: none) and what is told when it is pointed at."""

    label: str
    told: str


@dataclass(frozen=True)
class Layer:
    """One value for each bucket (None: nothing to draw), all in one colour; drawn over the layers before it."""

    name: str
    colour: str
    values: Sequence[int | None]


def chart(
    id: str, title: str, text: str, buckets: Sequence[Bucket], layers: Sequence[Layer], *, ticks: Sequence[int],
    tick: Callable[[int], str],
) -> str:  # fmt: skip
    """An ``svg`` element for a page, named ``title``, described by ``text``; ``ticks`` end at or above all values."""
    leather = _leather()
    keys = [str(n) for n in range(len(buckets))]
    drawn = leather.Chart()
    drawn.set_x_scale(leather.Ordinal(keys))
    drawn.set_y_scale(leather.Linear(0, ticks[-1]))
    labelled = [key for key in keys if buckets[int(key)].label]
    drawn.add_x_axis(ticks=labelled, tick_formatter=lambda key, _i, _n: buckets[int(key)].label)
    drawn.add_y_axis(ticks=list(ticks), tick_formatter=lambda value, _i, _n: tick(int(value)))
    for layer in layers:
        if any(value is not None for value in layer.values):
            drawn.add_columns(list(zip(keys, layer.values, strict=True)), name=layer.name, fill_color=layer.colour)
    # Over all of them and as high as the chart, so that a bucket tells its figures wherever it is pointed at.
    drawn.add_columns([(key, ticks[-1]) for key in keys], name="", fill_color="transparent")
    group: ET.Element = drawn.to_svg_group(WIDTH, HEIGHT)
    _round(group)
    _raise_baseline(group)
    for column, bucket in zip(group.findall(".//g[@class='series columns']")[-1], buckets, strict=True):
        ET.SubElement(column, "title").text = bucket.told
    return ET.tostring(_framed(id, title, text, group), encoding="unicode")


def _framed(id: str, title: str, text: str, group: ET.Element) -> ET.Element:
    names = {"title": f"{id}-title", "desc": f"{id}-text"}
    svg = ET.Element(
        "svg", {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "class": "chart", "role": "img", "id": id,
                "aria-labelledby": names["title"], "aria-describedby": names["desc"]},
    )  # fmt: skip
    for tag, words in (("title", title), ("desc", text)):
        ET.SubElement(svg, tag, {"id": names[tag]}).text = words
    svg.append(group)
    return svg


def _raise_baseline(group: ET.Element) -> None:
    """The line at zero stands above the columns, whose borders would cut it in pieces."""
    axes = group.find(".//g[@class='axis left']/..")
    left = group.find(".//g[@class='axis left']")
    if axes is not None and left is not None:
        zero = left[-1]
        left.remove(zero)
        axes.append(zero)


def _round(group: ET.Element) -> None:
    """Decimals of thirty digits are the greater part of what leather writes."""
    for element in group.iter():
        for name in ROUNDED:
            if name in element.attrib:
                element.set(name, f"{float(element.attrib[name]):.1f}".removesuffix(".0"))


@cache
def _leather() -> Any:
    import leather
    from leather import theme

    theme.background_color = "none"
    theme.margin = 0.02
    theme.title_font_family = theme.legend_font_family = theme.tick_font_family = "inherit"
    theme.legend_font_size = theme.tick_font_size = TEXT
    theme.legend_font_char_width = theme.tick_font_char_width = LETTER
    theme.legend_color = theme.label_color = "var(--ink)"
    theme.tick_color, theme.zero_color = "var(--line)", "var(--soft)"
    theme.legend_gap = 14
    return leather
