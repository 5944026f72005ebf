"""Lays out charts of certificates over time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from srpki.cli.render.layout import Layout, said
from srpki.pictures.chart import Chart
from srpki.pictures.text import lines, plain


def _chart(data: Chart) -> Layout:
    return said(*map(plain, lines(data)))


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {Chart: _chart}
