"""``info``, ``compare`` and ``tree``: what is configured, what differs, what could be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from srpki.cli import wording
from srpki.cli.md.picks import matching
from srpki.cli.md.sources import source
from srpki.cli.meaning import Meaning
from srpki.cli.permitted import part
from srpki.cli.port import Answer, RefusalError
from srpki.config.text import INDENT
from srpki.config.tree import EMPTY, Branch, Element, get, put
from srpki.schema.nodes import Container, DataNode, ListNode
from srpki.schema.paths import Path

if TYPE_CHECKING:
    from srpki.cli.md.standing import Standing
    from srpki.cli.render.tree import Form


class Looking:
    """The commands of one MD-CLI session that change nothing."""

    def __init__(self, standing: Standing) -> None:
        """Work on *standing*."""
        self._standing = standing
        self.commands = {"compare": self._compare, "info": self._info, "tree": self._tree}

    # --- info ---

    def _info(self, said: Meaning) -> Answer:
        target = said.target
        if not self._standing.editing.rights.reads(target):
            return Answer()  # as routers do [observed]
        whole = self._whole(said)
        if said.picks:
            # Only what was picked, below the list that it was picked from.
            picked = EMPTY
            for path in matching(whole, target, said.picks):
                found = get(whole, path)
                picked = picked if found is None else put(picked, path, found)
            whole, target = picked, target[: min(said.picks)]
        element = get(whole, target)
        if element is None:
            return Answer() if said.picks else self._nothing(target)
        return Answer(self._laid_out(said, target, element))

    def _laid_out(self, said: Meaning, target: Path, element: Element) -> str:
        from srpki.cli.render import tree  # noqa: PLC0415 - start-up time

        standing = self._standing
        above = standing.root._replace(children=(standing.device.schema.configure,))
        node = standing.dialect.at(target) if target else above
        if said.inputs.get("detail"):
            element = tree.with_defaults(node, element)
        elif standing.environment.flag("info-output", "always-display", "admin-state"):
            element = tree.with_admin_states(node, element)
        if standing.environment.value("time-format") != "rfc-3339":
            element = tree.with_times(node, element, standing.moment)
        if "xml" in said.inputs:
            from srpki.cli.render.xml import xml  # noqa: PLC0415 - start-up time

            return xml(standing.dialect.root, target, element)
        return tree.info(node, element, _layout(said), standing.place(target))

    def _whole(self, said: Meaning) -> Branch:
        """Return the tree below the root of what is addressed, or the configuration."""
        root = said.target[0].name if said.target else "configure"
        if root == "configure":
            data = source(self._standing, said, "from", self._standing.data(root))
        else:
            data = self._standing.data(root)
        return Branch({root: data})

    def _nothing(self, target: Path) -> Answer:
        for end in range(1, len(target) + 1):
            if not self._standing.exists(target[:end]):
                raise RefusalError(self._standing.missing(target[:end]))
        return Answer()

    # --- compare ---

    def _compare(self, said: Meaning) -> Answer:
        candidate = self._standing.editing.candidate
        old = source(self._standing, said, "from", candidate.baseline)
        new = source(self._standing, said, "to", candidate.tree)
        return Answer("\n".join(self._differences(said, old, new)))

    def _differences(self, said: Meaning, old: Branch, new: Branch) -> Iterator[str]:
        from srpki.config import compare  # noqa: PLC0415 - start-up time

        target = said.target
        root = self._standing.device.schema.configure
        node: DataNode = self._standing.dialect.at(target) if target else root
        if not isinstance(node, Container | ListNode) or (target and target[0].name != root.name):
            raise RefusalError(wording.not_allowed("only a context of configure is compared"))
        before, after = (compare.content(get(tree, target[1:])) for tree in (old, new))
        if "flat" in said.inputs or "full-context" in said.inputs:
            place = "" if target else f"{root.name} "
            if "full-context" in said.inputs:
                place = f"{self._standing.place(target)} " if target else f"/{place}"
            yield from compare.flat_changes(node, before, after, place)
            return
        indent = INDENT if target else INDENT * 2
        if "summary" in said.inputs:
            lines = compare.summary(node, before, after, indent)
        else:
            around = int(str(said.inputs.get("lines", 0)))
            lines = compare.compare(node, before, after, indent, around)
        if target:
            yield from lines
        elif before != after:
            yield f"{INDENT}{root.name} {{"
            yield from lines
            yield f"{INDENT}}}"

    # --- tree ---

    def _tree(self, said: Meaning) -> Answer:
        from srpki.cli.render.schema import tree  # noqa: PLC0415 - start-up time

        form = str(said.inputs.get("form", said.inputs.get("format", "")))
        detail = bool(said.inputs.get("detail"))
        rights = self._standing.editing.rights
        if not rights.reaches(said.target):
            return Answer()
        node = part(rights, self._standing.dialect.at(said.target), said.target)
        names = [step.name for step in said.target]
        return Answer(
            "\n".join(tree(self._standing.dialect.root, names, node, form, detail=detail))
        )


def _layout(said: Meaning) -> Form:
    layout: Form
    for layout in ("json", "full-context", "flat"):
        if layout in said.inputs:
            return layout
    return "braces"
