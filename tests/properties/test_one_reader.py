"""What is read from a file is what a session makes of the same lines, whatever they are."""

import random

from counting import met
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from srpki.cli.session import Session
from srpki.config.strictness import IMPORT, LOAD, UnreadableError
from srpki.core.errors import InvalidInputError
from srpki.device.configuration.forms import Forms
from srpki.frontend.parts import ClassicForm
from srpki.schema.foreign import FOREIGN
from srpki.schema.nodes import Container, Leaf, LeafList, ListNode, data_children
from srpki.schema.paths import path
from srpki.schema.tree import SCHEMA, node_at

ROOT = SCHEMA.configure
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
VALUES = ["x", '"a b"', "1", "3", "enable", "disable", "true", "false", "#x", "any", "rsa", '"']
MARKS = ["{", "}", "[", "]", "{ }", "[x y]", "# said", "|"]
"""Of marks ``>`` and of words commands are left out: a session understands those."""


def words_of(node):
    """Return the words of the context *node*, some of them cut short, some not known here."""
    names = [child.name for child in data_children(node)]
    foreign = [word for words in FOREIGN["md"].values() for word in sorted(words)[:2]]
    short = [name[:4] for name in names if len(name) > 6 and not "commit".startswith(name[:4])]
    return names + short + foreign[:4] + ["frob"]


def a_line(chance, node):
    """Return words of *node* and, mostly, of what they lead to."""
    line = []
    while True:
        if chance.random() < 0.08:
            line.append(chance.choice(VALUES + MARKS))
        children = list(data_children(node))
        if not children:
            return " ".join(line), node
        child = chance.choice(children)
        line.append(child.name if chance.random() < 0.9 else chance.choice(words_of(node)))
        if isinstance(child, Leaf | LeafList):
            line.append(chance.choice(VALUES))
        elif isinstance(child, ListNode):
            line += [chance.choice(["a", "b", "1"]), *(["c"] * (len(child.keys) - 1))]
        if isinstance(child, Leaf | LeafList) or chance.random() < 0.3:
            line += [chance.choice(MARKS)] if chance.random() < 0.3 else []
            return " ".join(line), child
        if chance.random() < 0.3:
            line.append("{")
            return " ".join(line), child
        node = child


def a_text(chance):
    """Return lines that mostly are a configuration, in blocks."""
    lines, stack = [], [ROOT]
    for _ in range(chance.randrange(1, 14)):
        line, child = a_line(chance, stack[-1])
        lines.append(line)
        if line.endswith("{") and isinstance(child, Container | ListNode):
            stack.append(child)
        elif len(stack) > 1 and chance.random() < 0.4:
            lines.append("}")
            stack.pop()
    return lines + ["}"] * (len(stack) - 1)


def loaded(device, text):
    reader = device.forms.reader(text, strictness=LOAD)
    try:
        reader.read(text)
    except UnreadableError as error:
        assume(
            error.mistake.text != "}"
        )  # typed, one too many goes up from where the session stands
        return reader.tree, error.line
    return reader.tree, None


def refused(session, line):
    """Return whether *line* is refused, or is a command: ``log`` outside of it is ``logout``.

    In a file there are no commands: it is what it begins there, if that is one thing.
    """
    context = session._shells["md"].context
    if line.split()[0] == "log" and context != path("configure"):
        node = node_at(ROOT, *(step.name for step in context[1:]))
        meant = [child.name for child in data_children(node) if child.name.startswith("log")]
        if len(meant) != 1:
            return True
        line = line.replace("log", meant[0], 1)
    return not session.feed(line).ok


def pasted(device, lines):
    session = Session(device, "md")
    for line in ("edit-config private", "/configure"):
        assert session.feed(line).ok
    stopped = next((n for n, line in enumerate(lines, 1) if refused(session, line)), None)
    shell = session._shells["md"]
    if stopped is None and (session.passing or shell.standing.trace.nested):
        stopped = len(lines)
    tree = shell.standing.editing.candidate.tree
    session.close()
    return tree, stopped


@SLOW
@given(st.integers(0, 2**32))
def test_a_block_is_read_as_it_is_typed(device, seed):
    lines = a_text(random.Random(seed))
    device = type(device)()
    text = "\n".join(lines) + "\n"
    tree, stopped = loaded(device, text)
    typed, at = pasted(device, lines)
    sealed = device.datastore.seal_all(tree)
    assert (stopped, sealed) == (at, typed), text


PIECES = st.sampled_from(
    [
        *("configure", "system", "security", "pki", "router", "frob", "exit", "exit all", "create"),
        *("{", "}", "[", "]", '"', "\\", "#", "# comment: x", "name x", "/configure", "no"),
        *("\n", "\n    ", "\n        ", "\r\n", " ", "\t", "\x00", "\x0b", "\u2028", "\ud7ff"),
        *("ca-profile", "transmission-profile a", "retry 3", "persistent-indices", "echo"),
    ]
)


@SLOW
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=60).map(" ".join))
def test_whatever_a_file_holds_it_is_read_or_refused_in_a_sentence(text):
    forms = Forms(ROOT, None, ClassicForm())
    for strictness in (IMPORT, LOAD):
        told = []
        try:
            told += [one.sentence for one in forms.decode(text, strictness).found.omitted]
        except InvalidInputError as error:
            told += [str(error)]
        assert all(sentence.isprintable() for sentence in met(0, told))
