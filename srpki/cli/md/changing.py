"""What edits the candidate: values and paths typed, ``delete``, ``discard``, ``update``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from srpki.cli import wording
from srpki.cli.md.picks import matching
from srpki.cli.meaning import Meaning
from srpki.cli.port import Answer, RefusalError
from srpki.cli.remarks import without_effect
from srpki.config.comments import PREFIX, element_of, is_comment, place_of
from srpki.config.diff import Conflict
from srpki.config.edit import Edit, nodes_along
from srpki.config.text import spell_leaf
from srpki.config.tree import Branch, Entries, get
from srpki.schema.nodes import Leaf, LeafList
from srpki.schema.paths import Step

if TYPE_CHECKING:
    from srpki.cli.md.standing import Standing


class Changing:
    """The edits of one MD-CLI session."""

    def __init__(self, standing: Standing) -> None:
        """Work on *standing*."""
        self._standing = standing
        self.commands = {
            "annotate": self._annotate,
            "delete": self._delete,
            "discard": self._discard,
            "update": self._update,
        }

    def apply(self, said: Meaning) -> str:
        """Make the edits of a line and return what is told of them.

        Raises `RefusalError` where none may be made.
        """
        configured: list[Edit] = []
        for edit in said.edits:
            root, below = edit.path[0].name, Edit(edit.kind, edit.path[1:], edit.value)
            if edit.kind != "create" or get(self._standing.data(root), below.path) is None:
                self._edit(root, below)
                configured += [below] if root == "configure" else []
        configure = self._standing.device.schema.configure
        return self._standing.say(without_effect(configure, configured))

    def _edit(self, root: str, edit: Edit) -> None:
        if root == "environment":
            self._standing.environment.apply((edit,))
            return
        self._standing.editing.edit(edit)

    def _delete(self, said: Meaning) -> Answer:
        target, standing = said.target, self._standing
        root = target[0].name
        if root not in ("configure", "environment"):
            raise RefusalError(wording.not_allowed("only configuration can be deleted"))
        if root == "configure":
            self._standing.editing.check_edits()
            if not said.picks:  # what is picked is picked among what is seen
                standing.editing.rights.check_edit(Edit("delete", target[1:]))
        if target[-1].keys and not said.picks and not standing.exists(target):
            raise RefusalError(standing.missing(target))
        values = said.inputs.get("value", ())
        data = Branch({root: standing.data(root)})
        for path in list(matching(data, target, said.picks)):
            gone = path
            if isinstance(values, tuple) and values:
                gone = (*path[:-1], path[-1]._replace(keys=values))
            self._edit(root, Edit("delete", gone[1:]))
        standing.settle()
        return Answer()

    def _annotate(self, said: Meaning) -> Answer:
        standing, target = self._standing, said.target
        self._standing.editing.check_edits()
        if target[0].name != "configure":
            raise RefusalError(wording.not_allowed("only configuration can be annotated"))
        path, comment = place_of(standing.dialect.at(target), target[1:]), said.inputs["comment"]
        edit = Edit("set", path, comment) if comment else Edit("delete", path)
        standing.editing.rights.check_edit(edit)
        if get(standing.data("configure"), target[1:]) is None:
            raise RefusalError(standing.missing(target))
        standing.editing.edit(edit)
        return Answer()

    def _discard(self, said: Meaning) -> Answer:
        self._standing.editing.check_edits()
        if said.target and said.target[0].name != "configure":
            raise RefusalError(wording.not_allowed("only configuration can be discarded"))
        self._standing.editing.discard(said.target[1:])
        self._standing.settle()
        return Answer()

    def _update(self, said: Meaning) -> Answer:
        self._standing.editing.check_edits()
        candidate = self._standing.editing.candidate
        only_check = bool(said.inputs.get("check"))
        found = candidate.conflicts() if only_check else candidate.update()
        self._standing.settle()
        lines = [line for conflict in found for line in self._conflict(conflict)]
        return Answer("\n".join(lines))

    def _conflict(self, conflict: Conflict) -> Iterator[str]:
        """Yield what was changed here, and what somebody else has made of it [cli.md 1.3]."""
        change, theirs = conflict.change, conflict.theirs
        if is_comment(change.path[-1].name):
            yield from self._comment_conflict(conflict)
            return
        root = self._standing.device.schema.configure
        node = nodes_along(root, change.path)[-1]
        place = (Step(root.name), *change.path)
        words = self._standing.place(place)
        name = change.path[-1].name
        if isinstance(node, Leaf | LeafList) and change.new is not None:
            assert not isinstance(change.new, Branch | Entries)
            words = f"{self._standing.place(place[:-1])} {spell_leaf(node, change.new)}"
        yield f"{'-' if change.new is None else '~'}   {words}"
        if theirs is None:
            there, done = "does not exist", "create missing element"
        elif isinstance(theirs, Branch | Entries):
            there, done = "exists with different content", "merge with existing element"
        else:
            assert isinstance(node, Leaf | LeafList)
            there = f"exists with different value: {spell_leaf(node, theirs)}"
            done = "replace existing value"
        if change.new is None:
            done = "delete existing element" if theirs is not None else "nothing to delete"
        yield f"##  {name} - {there} - change updated: {done}"

    def _comment_conflict(self, conflict: Conflict) -> Iterator[str]:
        change, theirs = conflict.change, conflict.theirs
        root = self._standing.device.schema.configure
        place = self._standing.place((Step(root.name), *element_of(change.path)))
        mine = "" if change.new is None else f" {PREFIX}{change.new}"
        yield f"{'-' if change.new is None else '~'}   {place}{mine}"
        there = "does not exist" if theirs is None else f"exists with different value: {theirs}"
        yield f"##  comment - {there} - change updated: replace existing value"
