"""The configuration in the forms that are not XML, for the argument ``format``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.defaults import effective
from srpki.config.json import json_text
from srpki.config.text import INDENT, brace_lines

if TYPE_CHECKING:
    from srpki.config.tree import Branch
    from srpki.netconf.exchange import Exchange


def as_text(exchange: Exchange, tree: Branch, layout: str, defaults: str) -> str:
    """Return the configuration *tree* as the MD-CLI lays it out: ``json`` or ``md-cli``."""
    root = exchange.device.schema.configure
    content = effective(root, tree) if defaults == "report-all" else tree
    if layout == "json":
        return json_text(root, content, wrapped=True)
    return "\n".join((f"{root.name} {{", *brace_lines(root, content, INDENT), "}"))
