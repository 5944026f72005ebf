"""The content of an edit-config as edits of a candidate [RFC 6241 section 7.2, RFC 7950].

Each element says by the attribute ``operation``, or inherits, what is to become of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal, NoReturn, get_args

from srpki.config.comments import MARK, accepted
from srpki.config.edit import Edit, always_there
from srpki.config.text import spell_path
from srpki.config.validate import Problem
from srpki.core.errors import NotAuthorizedError
from srpki.management.access.rights import ADMINISTRATOR
from srpki.management.reasons import problem_reasons
from srpki.netconf.errors import RpcError, at, of_error, of_reasons
from srpki.netconf.namespaces import ATTRIBUTES, BASE, CONFIGURE, XML, YANG
from srpki.netconf.values import read_keys, read_value
from srpki.schema.nodes import (
    Action,
    Container,
    Leaf,
    LeafList,
    ListNode,
    child_of,
)
from srpki.schema.paths import Key, Path, Step

if TYPE_CHECKING:
    from srpki.config.draft import Draft
    from srpki.config.tree import Branch
    from srpki.management.access.rights import Rights
    from srpki.netconf.documents import Given
    from srpki.netconf.errors import Refusal

Operation = Literal["merge", "replace", "create", "delete", "remove", "none"]
OPERATIONS: Final[tuple[Operation, ...]] = get_args(Operation)
DEFAULT_OPERATIONS: Final = ("merge", "replace", "none")

_MEANWHILE: Final = 10
_MANY: Final = 100
"""How many times its most values a leaf-list may hold until the commit; those where none is said.

Each one more costs as much as there are.
"""
_ADDING: Final = ("merge", "replace", "create")
_KNOWN: Final = {
    (BASE, "operation"),
    ("", "operation"),
    (YANG, "insert"),
    (YANG, "key"),
    (YANG, "value"),
    (ATTRIBUTES, "comment"),
}


class Edits:
    """Makes the edits that a client wants in *draft*, below the schema *root*.

    *sealed* seals the secret that an edit sets. With *onward* an edit that is refused stops no
    other one: what is refused is kept in `refusals`. Otherwise it is raised. What the *rights* of
    the client do not let him edit is refused before anything is told of it.
    """

    def __init__(
        self,
        draft: Draft,
        root: Container,
        sealed: Callable[[Edit, Callable[[], Branch]], Edit],
        *,
        onward: bool = False,
        rights: Rights = ADMINISTRATOR,
    ) -> None:
        self._rights = rights
        self.refusals: list[Refusal] = []
        self._draft = draft
        self._root = root
        self._sealed = sealed
        self._onward = onward

    def make(self, config: Given, default: Operation) -> None:
        """Make the edits that *config* holds; raises `RpcError`."""
        if default == "replace":
            self._apply("delete", ())
        for given in config.children:
            with self._told():
                self._whole(given, default)

    def _whole(self, given: Given, default: Operation) -> None:
        self._check_namespace(given, ())
        if given.name != self._root.name:
            self._unknown(given, ())
        operation = self._operation(given, default, ())
        if operation in ("delete", "remove", "replace"):
            self._apply("delete", ())
        if operation not in ("delete", "remove"):
            self._children(self._root, given, (), operation)

    # --- one level ---

    def _children(
        self, node: Container | ListNode, given: Given, path: Path, inherited: Operation
    ) -> None:
        if given.value:
            raise at(
                "bad-element", f"'{given.name}' has no value", path, self._root, element=given.name
            )
        keys = node.keys if isinstance(node, ListNode) else ()
        for child in given.children:
            if child.name not in keys or child.namespace != given.namespace:
                with self._told():
                    self._child(node, child, path, inherited)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Keep, with *onward*, what is refused inside the block."""
        try:
            yield
        except RpcError as error:
            if not self._onward:
                raise
            self.refusals += error.refusals

    def _child(
        self, node: Container | ListNode, given: Given, path: Path, inherited: Operation
    ) -> None:
        self._check_namespace(given, path)
        child = child_of(node, given.name)
        if child is None or isinstance(child, Action):
            self._unknown(given, path)
        operation = self._operation(given, inherited, path)
        match child:
            case Leaf():
                self._leaf(child, given, (*path, Step(child.name)), operation)
            case LeafList():
                self._leaf_list(child, given, path, operation)
            case ListNode():
                keys = read_keys(child, given, path, self._root)
                self._branch(node, child, given, (*path, Step(child.name, keys)), operation)
            case Container():
                self._branch(node, child, given, (*path, Step(child.name)), operation)

    def _operation(self, given: Given, inherited: Operation, path: Path) -> Operation:
        """Return what *given* says of itself; raises `RpcError`."""
        for name in given.attributes:
            if name not in _KNOWN and name[0] != XML:
                self._attribute("unknown-attribute", given, path, name[1])
        attributes = given.attributes
        said = attributes.get((BASE, "operation"), attributes.get(("", "operation"), inherited))
        found = next((one for one in OPERATIONS if one == said), None)
        adds = found in _ADDING and inherited in ("delete", "remove")
        if found is None or adds or (found == "none" != inherited):
            self._attribute("bad-attribute", given, path, "operation")
        return found

    # --- containers and entries ---

    def _branch(
        self,
        parent: Container | ListNode,
        node: Container | ListNode,
        given: Given,
        path: Path,
        operation: Operation,
    ) -> None:
        self._permit(operation, path)
        always = operation == "none" and always_there(parent, node)
        self._check(operation, path, there=always or self._draft.holds(path))
        if operation in ("delete", "remove"):
            for child in given.children:  # nothing below may be made
                self._operation(child, operation, path)
            self._apply("delete", path)
            return
        if operation == "replace":
            self._apply("delete", path)
        if operation != "none":
            self._apply("create", path)
            self._comment(given, (*path, Step(MARK)))
        self._children(node, given, path, operation)

    def _permit(self, operation: Operation, path: Path) -> None:
        """Raise `RpcError` unless *operation* at *path* is the client's to do.

        What he merges into, or passes on the way, he need only see: more is asked of what changes.
        """
        if not self._rights.reads((Step(self._root.name), *path)):
            raise of_error(NotAuthorizedError(path[-1].name), self._root)
        if operation in ("delete", "remove", "replace", "create"):
            self._permit_edit(Edit("create" if operation == "create" else "delete", path))

    def _permit_edit(self, edit: Edit) -> None:
        try:
            self._rights.check_edit(edit)
        except NotAuthorizedError as error:
            raise of_error(error, self._root) from None

    def _check(self, operation: Operation, path: Path, *, there: bool) -> None:
        """Raise `RpcError` where *operation* needs what is *there*, or that nothing is."""
        if operation == "create" and there:
            raise at("data-exists", f"{self._words(path)} - Entry exists", path, self._root)
        if operation in ("delete", "none") and not there:
            sentence = f"{self._words(path)} - Entry does not exist"
            raise at("data-missing", sentence, path, self._root)

    # --- leafs ---

    def _leaf(self, node: Leaf, given: Given, path: Path, operation: Operation) -> None:
        self._permit(operation, path)
        self._check(operation, path, there=operation == "none" or self._draft.holds(path))
        if operation == "none":
            return
        if operation in ("delete", "remove"):
            self._apply("delete", path)
            return
        edit = Edit("set", path, read_value(node, given, path, self._root))
        self._permit_edit(edit)
        self._draft.apply([self._sealed(edit, lambda: self._draft.tree)])
        self._comment(given, (*path[:-1], Step(MARK + node.name)))

    def _leaf_list(self, node: LeafList, given: Given, path: Path, operation: Operation) -> None:
        whole = (*path, Step(node.name))
        self._permit(operation, whole)
        if operation in ("delete", "remove") and not given.text and not given.children:
            self._check(operation, whole, there=self._draft.holds(whole))
            self._apply("delete", whole)
            return
        value = read_value(node, given, whole, self._root)
        assert isinstance(value, str | int)
        if operation in _ADDING:
            self._permit_edit(Edit("set", whole, value))
        held, one = self._draft.values(whole), (*path, Step(node.name, (value,)))
        self._check(operation, one, there=operation == "none" or value in held)
        if operation in ("delete", "remove"):
            self._apply("delete", one)
        elif operation != "none":
            if value not in held and len(held) >= _MEANWHILE * (node.max_elements or _MANY):
                problem = Problem("too-many", whole, self._words(whole))
                raise of_reasons(problem_reasons((problem,)), self._root)
            self._insert(node, given, whole, value, held)

    def _insert(
        self, node: LeafList, given: Given, path: Path, value: Key, held: Sequence[Key]
    ) -> None:
        """Put *value* among those that are *held*, where *given* wants it [RFC 7950, 7.7.9]."""
        where = given.attributes.get((YANG, "insert"), "last" if value not in held else "")
        others = [one for one in held if one != value]
        match where:
            case "":
                return  # it is there, and stays where it is
            case "first":
                place = 0
            case "last":
                place = len(others)
            case "before" | "after":
                beside = given.attributes.get((YANG, "value"), "")
                spelled = [node.type.format(one) for one in others]
                if beside not in spelled:
                    self._attribute("bad-attribute", given, path, "value")
                place = spelled.index(beside) + (where == "after")
            case _:
                self._attribute("bad-attribute", given, path, "insert")
        others.insert(place, value)
        if tuple(others) != tuple(held):
            self._apply("delete", path)
            self._draft.apply([Edit("set", path, tuple(others))])

    # --- what is done, and what is refused ---

    def _comment(self, given: Given, path: Path) -> None:
        text = given.attributes.get((ATTRIBUTES, "comment"))
        if text is None:
            return
        if not text:
            self._apply("delete", path)
        elif accepted(text):
            self._draft.apply([Edit("set", path, text)])
        else:
            self._attribute("bad-attribute", given, path, "comment")

    def _apply(self, kind: Literal["create", "delete"], path: Path) -> None:
        self._draft.apply([Edit(kind, path)])

    def _words(self, path: Path) -> str:
        return spell_path(self._root, path)

    def _check_namespace(self, given: Given, path: Path) -> None:
        if given.namespace != CONFIGURE:
            sentence = f"'{given.name}' is of no known namespace"
            raise at("unknown-namespace", sentence, path, self._root, element=given.name)

    def _unknown(self, given: Given, path: Path) -> NoReturn:
        raise at("unknown-element", f"'{given.name}'", path, self._root, element=given.name)

    def _attribute(self, tag: str, given: Given, path: Path, name: str) -> NoReturn:
        sentence = f"'{name}' of '{given.name}' is not what it may be"
        raise at(tag, sentence, path, self._root, element=given.name, attribute=name)
