"""``admin show configuration``: an operation whose answer may be cut to one element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from srpki.cli.meaning import Meaning
from srpki.cli.port import RefusalError
from srpki.cli.render.configuration import branch, configuration_file, part
from srpki.cli.render.tree import Form, with_defaults
from srpki.cli.render.xml import xml
from srpki.config.tree import get
from srpki.schema.nodes import Action
from srpki.schema.tree import node_at

if TYPE_CHECKING:
    from srpki.cli.md.standing import Standing
    from srpki.device.records.configuration import Configuration
    from srpki.schema.paths import Path

_Form = Form | Literal["xml"]
_BRACES: Final[_Form] = "braces"
_FORMS: Final[tuple[_Form, ...]] = ("flat", "full-context", "json", "xml")


def shown(standing: Standing, said: Meaning, data: Configuration) -> str:
    """Return the configuration that the operation has found, or the element that *said* names."""
    form = next((name for name in _FORMS if name in said.inputs), _BRACES)
    schema = standing.device.schema
    if said.target[:1] and said.target[0].name == schema.configure.name:
        return _part(standing, said.target, data, form)
    return "\n".join(configuration_file(schema, data, form, standing.editing.author()))


def _part(standing: Standing, target: Path, data: Configuration, form: _Form) -> str:
    node = node_at(standing.device.schema.configure, *(step.name for step in target[1:]))
    assert node is not None
    assert not isinstance(node, Action)
    element = get(branch(data.configure), target[1:])
    words = standing.dialect.words(target)
    if element is not None and form == "xml":
        return xml(standing.root, target, with_defaults(node, element) if data.detail else element)
    if element is not None:
        assert form != "xml"
        return part(node, element, form, f"/{words}", detail=data.detail)
    if any(step.keys for step in target):
        raise RefusalError(standing.missing(target))
    return ""
