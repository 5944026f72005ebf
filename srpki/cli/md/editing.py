"""What the MD-CLI does to a configuration: edit, look, compare, check, commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from srpki.cli import wording
from srpki.cli.meaning import Meaning
from srpki.cli.port import Answer, RefusalError
from srpki.cli.render.compare import compare, content, flat_changes
from srpki.cli.render.tree import Layout, info, with_defaults
from srpki.config.edit import Edit
from srpki.config.tree import Branch, get
from srpki.schema.nodes import Action, Container, DataNode, ListNode, child_of
from srpki.schema.paths import Path, Step

if TYPE_CHECKING:
    from srpki.cli.md.cli import MdCli


class MdEditing:
    """The configuration commands of one MD-CLI session."""

    def __init__(self, shell: MdCli) -> None:
        """Work for *shell*, which knows where the session stands."""
        self._shell = shell

    def apply(self, said: Meaning) -> None:
        """Make the edits of a line; raises `RefusalError` where none may be made."""
        for edit in said.edits:
            root, below = edit.path[0].name, Edit(edit.kind, edit.path[1:], edit.value)
            if root == "environment":
                self._shell.environment.apply((below,))
            elif edit.kind != "create" or get(self._shell.data(root), below.path) is None:
                self._edit(below)

    def _edit(self, edit: Edit) -> None:
        self._check_editing()
        candidate = self._shell.flow.candidate
        match edit.kind:
            case "set":
                candidate.set(edit.path, edit.value)
            case "create":
                candidate.create(edit.path)
            case "delete":
                candidate.delete(edit.path)

    def _check_editing(self) -> None:
        if self._shell.flow.mode is None:
            raise RefusalError(wording.not_allowed("currently in operational mode"))
        if self._shell.flow.mode == "read-only":
            raise RefusalError(wording.not_allowed("currently in read-only mode"))

    def exists(self, context: Path) -> bool:
        """Return whether every list entry on the way to *context* is there."""
        tree = self._shell.data(context[0].name)
        return all(
            get(tree, context[1 : depth + 1]) is not None
            for depth, step in enumerate(context)
            if step.keys
        )

    def command(self, said: Meaning) -> Answer:
        """Run one of the commands that look at or change a configuration."""
        match said.command:
            case "info":
                return self._info(said)
            case "delete":
                return self._delete(said)
        if self._shell.flow.mode is None:
            raise RefusalError(wording.not_allowed("currently in operational mode"))
        match said.command:
            case "compare":
                return self._compare(said)
            case "validate":
                return self._validate()
            case "discard":
                self._check_editing()
                self._shell.flow.candidate.discard(said.target[1:])
            case "update":
                return self._update()
            case "commit":
                return self._commit()
        self._shell.settle()
        return Answer()

    # --- looking ---

    def _info(self, said: Meaning) -> Answer:
        target = said.target
        node = self._node(target)
        configuration = self._source(said, "from", self._shell.data("configure"))
        element = get(self._whole(target, configuration), target)
        if element is None:
            return self._nothing(target)
        if said.inputs.get("detail"):
            element = with_defaults(node, element)
        place = "/" + self._shell.dialect.words(target)
        return Answer(info(node, element, _layout(said), place))

    def _whole(self, target: Path, configuration: Branch) -> Branch:
        root = target[0].name if target else "configure"
        tree = configuration if root == "configure" else self._shell.data(root)
        return Branch({root: tree})

    def _nothing(self, target: Path) -> Answer:
        if target[-1].keys and not self.exists(target):
            raise RefusalError(self._missing(target))
        return Answer()

    def _missing(self, target: Path) -> str:
        place = self._shell.dialect.words(target)
        return f"MINOR: MGMT_CORE #224: {place} - Entry does not exist"

    def _source(self, said: Meaning, name: str, default: Branch) -> Branch:
        flow = self._shell.flow
        match said.inputs.get(name):
            case "running" | "intended":
                return self._shell.device.datastore.running
            case "baseline" if flow.mode is not None:
                return flow.candidate.baseline
            case "candidate" if flow.mode is not None:
                return flow.candidate.tree
            case None:
                return default
            case _:
                raise RefusalError(wording.not_allowed("currently in operational mode"))

    def _node(self, target: Path) -> DataNode:
        node: DataNode = self._shell.dialect.root
        for step in target:
            child = child_of(node, step.name) if isinstance(node, Container | ListNode) else None
            assert child is not None
            assert not isinstance(child, Action)
            node = child
        return node

    def _compare(self, said: Meaning) -> Answer:
        candidate = self._shell.flow.candidate
        old = self._source(said, "from", candidate.baseline)
        new = self._source(said, "to", candidate.tree)
        return Answer("\n".join(self._differences(said, old, new)))

    def _differences(self, said: Meaning, old: Branch, new: Branch) -> Iterator[str]:
        target = said.target
        root = self._shell.device.schema.configure
        node = self._node(target) if target else root
        if not isinstance(node, Container | ListNode) or (target and target[0].name != root.name):
            raise RefusalError(wording.not_allowed("only a context of configure is compared"))
        below = target[1:]
        before, after = content(get(old, below)), content(get(new, below))
        if "flat" in said.inputs or "full-context" in said.inputs:
            full = "full-context" in said.inputs
            place = f"/{self._shell.dialect.words(target) if target else root.name} "
            yield from flat_changes(node, before, after, place if full else "")
        elif target:
            yield from compare(node, before, after, "    ")
        elif before != after:
            yield "    configure {"
            yield from compare(node, before, after, "        ")
            yield "    }"

    # --- changing ---

    def _delete(self, said: Meaning) -> Answer:
        target = said.target
        if target[0].name not in ("configure", "environment"):
            raise RefusalError(wording.not_allowed("only configuration can be deleted"))
        self._check_keys(target)
        values = said.inputs.get("value", ())
        if isinstance(values, tuple) and values:
            target = (*target[:-1], target[-1]._replace(keys=values))
        elif target[-1].keys and not self.exists(target):
            raise RefusalError(self._missing(target))
        edit = Edit("delete", target[1:])
        if target[0].name == "environment":
            self._shell.environment.apply((edit,))
        else:
            self._edit(edit)
            self._shell.settle()
        return Answer()

    def _check_keys(self, target: Path) -> None:
        node = self._node(target)
        if isinstance(node, ListNode) and not target[-1].keys:
            raise RefusalError(f"MINOR: CLI #2001: Missing element value - '{node.keys[0]}'")

    def _validate(self) -> Answer:
        problems = self._shell.flow.candidate.validate()
        return Answer("\n".join(map(wording.md_problem, problems)), ok=not problems)

    def _commit(self) -> Answer:
        device = self._shell.device
        try:
            device.commits.commit(self._shell.flow.candidate, self._shell.author)
        finally:
            self._shell.settle()
        self._shell.saved.note(device)
        return Answer()

    def _update(self) -> Answer:
        self._check_editing()
        root = self._shell.device.schema.configure
        lines = []
        for conflict in self._shell.flow.candidate.update():
            words = self._shell.dialect.words((Step(root.name), *conflict.change.path))
            lines.append(f"~   /{words}")
            lines.append("##  changed by another session - change updated: replace existing value")
        self._shell.settle()
        return Answer("\n".join(lines))


def _layout(said: Meaning) -> Layout:
    layout: Layout
    for layout in ("json", "full-context", "flat"):
        if layout in said.inputs:
            return layout
    return "braces"
