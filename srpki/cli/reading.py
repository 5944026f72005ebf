"""What both CLIs read from the schema in the same way: values, keys and the inputs of actions."""

from __future__ import annotations

from srpki.cli.any_order import AnyOrder, Cases
from srpki.cli.effects import Effects, Input, KeyOf, Run
from srpki.cli.grammar import (
    UNLISTED,
    Grammar,
    Keyword,
    Many,
    Named,
    Opt,
    Seq,
    Slot,
    State,
    Terminal,
)
from srpki.schema.nodes import (
    Action,
    Case,
    Choice,
    Container,
    DataNode,
    Leaf,
    LeafList,
    ListNode,
    Node,
    child_of,
)
from srpki.schema.paths import Path
from srpki.schema.types import Empty

SCHEMAS = 4
"""Most schemas whose reading is kept: there is one with the commands of the lab and one without."""

Context = Container | ListNode
First = tuple[tuple[Terminal, State], ...]
"""What may come first, with what is left after it."""


def context_at(root: Context, place: Path) -> Context:
    """Return the schema node of the context *place*, as it is reached from *root*."""
    node = root
    for step in place:
        child = child_of(node, step.name)
        assert isinstance(child, Container | ListNode)
        node = child
    return node


def mark_of(node: DataNode | Action) -> str:
    """Return the sign that *node* has in help: what it can be entered as, or must be given."""
    if isinstance(node, Container | ListNode):
        return "+"
    return "^" if isinstance(node, Leaf) and node.mandatory else "-"


def key_slot(node: ListNode, leaf: Leaf) -> Slot:
    """Return the slot for the key *leaf* of *node*."""
    return Slot(leaf.name, leaf.type, leaf.help, (KeyOf(leaf.name),), leaf, entries=node.name)


def further_key(node: ListNode, leaf: Leaf) -> Grammar:
    """Return a key of *node* after its name; one that is presumed may be left out."""
    key = Seq((Keyword(leaf.name, leaf.help), key_slot(node, leaf)))
    return Opt(key) if leaf.name in dict(node.presumed) else key


def value_of(leaf: Leaf | LeafList, effects: Effects) -> Slot:
    """Return the slot for the value of *leaf*."""
    return Slot(leaf.name, leaf.type, leaf.help, effects, leaf)


def action_keyword(action: Action, word: str) -> Keyword:
    """Return the *word* that runs *action*; one that is not emulated gives way to others."""
    tier = 0 if action.emulated else UNLISTED
    return Keyword(word, action.help, (Run(action.operation, action.question),), "-", tier=tier)


def inputs_of(action: Action) -> Grammar:
    """Return the inputs of *action*: the positional ones in order, the others by name."""
    leafs = {child.name: child for child in action.inputs if isinstance(child, Leaf | LeafList)}
    bare = [_bare(leafs[name]) for name in action.positional]
    named = [_named(child) for child in action.inputs if child.name not in action.positional]
    return Seq((*bare, AnyOrder(tuple(named))))


def _bare(leaf: Leaf | LeafList) -> Grammar:
    if isinstance(leaf, LeafList):
        return Many(value_of(leaf, (Input(leaf.name, many=True),)))
    named = Named(_input_slot(leaf))
    return named if leaf.mandatory else Opt(named)


def _named(node: Node) -> Grammar:
    if isinstance(node, Choice):
        return Cases(tuple(_case(case) for case in node.cases), mandatory=node.mandatory)
    assert isinstance(node, Leaf)
    if isinstance(node.type, Empty):
        effects = (Input(node.name, constant=True),)
        return Opt(Keyword(node.name, node.help, effects))
    keyword = Keyword(node.name, node.help, mark=mark_of(node))
    named = Seq((keyword, _input_slot(node)))
    return named if node.mandatory else Opt(named)


def _input_slot(leaf: Leaf) -> Slot:
    return value_of(leaf, (Input(leaf.name),))


def _case(case: Case) -> State:
    return tuple(_named(child) for child in case.children)
