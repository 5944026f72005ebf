"""The quick ways through a configuration come out as the careful ones do, for whatever they take.

What is unusual they leave alone; that they take what is usual is held, too, else they would be of
no use.
"""

import maximum
import pytest
from configurations import with_any_configuration
from counting import met
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srpki.config import braces, persist, quick_check, quick_reader, quick_writer, validate
from srpki.config.defaults import effective
from srpki.config.strictness import IMPORT, Found
from srpki.config.text import INDENT, brace_lines
from srpki.config.tree import EMPTY, Branch, Entries, put
from srpki.core.errors import InvalidInputError
from srpki.schema.paths import path
from srpki.schema.tree import SCHEMA

ROOT = SCHEMA.configure
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
MAXIMUM = maximum.configuration(2, 1)
OTHER = maximum.configuration(3, 2)


@pytest.fixture(autouse=True, scope="module")
def _texts_are_kept_in_small_lists():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick_writer, "FEW", 1)
        yield


def carefully_written(tree):
    return "\n".join([f"{ROOT.name} {{", *brace_lines(ROOT, tree, INDENT), "}", ""])


def carefully_read(text):
    """Return what the careful reader makes of *text*: the tree and what was found, or a mistake."""
    reader = braces.BraceReader(ROOT, strictness=IMPORT)
    reader._is_new = False
    try:
        return reader.read(text), reader.tree
    except InvalidInputError as error:
        return str(error), None


def ordered(element):
    """Return *element* with the order of the entries of each list."""
    if isinstance(element, Branch):
        return {name: ordered(content) for name, content in element.items()}
    if isinstance(element, Entries):
        return [(keys, ordered(entry)) for keys, entry in element.items()]
    return element


def check_reading(text):
    """Return whether the quick reader takes *text*; what it reads then must be right."""
    quick = quick_reader.read(ROOT, text)
    if quick is None:
        return False
    found, tree = carefully_read(text)
    assert found == Found("braces", text.removesuffix("\n").count("\n") + 1, ())
    assert ordered(quick) == ordered(tree)
    return True


@with_any_configuration("tree", examples=60)
def test_any_configuration_is_written_and_read_alike(tree):
    text = carefully_written(tree)
    assert persist.dump(ROOT, tree) == text
    assert persist.dump(ROOT, tree) == text  # what was kept of the first is as good
    if "\\" not in text and "#" not in text:
        check_reading(text)


def test_the_maximum_is_taken_by_the_quick_ways():
    text = persist.dump(ROOT, MAXIMUM)
    assert text == carefully_written(MAXIMUM)
    assert check_reading(text)
    reader = braces.BraceReader(ROOT)
    assert (reader.read(text).lines, reader.tree) == (text.count("\n"), MAXIMUM)
    assert check_reading(f"# TiMOS\n# Generated now\n\n{text}\n# Finished now\n")


def test_comments_are_written_alike():
    place = path("system", "security", "pki")
    tree = put(MAXIMUM, (*place, *path("@")), "said of all")
    tree = put(tree, (*place, *path("@maximum-cert-chain-depth")), "of a leaf")
    name = next(iter(tree["system"]["security"]["pki"]["ca-profile"]))
    entry = tree["system"]["security"]["pki"]["ca-profile"][name]
    entries = tree["system"]["security"]["pki"]["ca-profile"].but(name, entry.but("@", "of it"))
    tree = put(tree, (*place, *path("ca-profile")), entries)
    assert persist.dump(ROOT, tree) == carefully_written(tree)
    assert persist.dump(ROOT, tree).count("# comment: ") == 3


def changed(element, place, change):
    """Return *element* with what is at *place* as *change* makes it, unchanged where there is none."""
    if not place:
        return change(element)
    name, *rest = place
    if not isinstance(element, Branch | Entries) or name not in element:
        return element
    return element.but(name, changed(element[name], rest, change))


def commented(element):
    return element.but("@", "said of it") if isinstance(element, Branch) else element


def copied(element):
    """Return a list whose last entry stands in it twice, as a copy of its first."""
    if not isinstance(element, Entries):
        return element
    keys = list(element)
    return element.but(keys[-1], element[keys[0]]).but((*keys[-1][:-1], "copy"), element[keys[0]])


def turned(element):
    """Return a list in the other order."""
    if not isinstance(element, Entries):
        return element
    return Entries(dict(reversed(element.items())))


def in_other(place):
    element = OTHER
    for name in place:
        element = element[name]
    return element


@settings(SLOW, max_examples=60)
@given(data=st.data())
def test_what_is_edited_again_and_again_is_written_as_if_it_were_new(data):
    """What is kept of an entry is never the text of another one, nor of another place.

    Default values that were filled in before are those that are filled in anew.
    """
    tree, where = MAXIMUM, st.sampled_from(WHERE)
    filled = tree, effective(ROOT, tree)
    for place in met(1, data.draw(st.lists(where, min_size=1, max_size=4))):
        kind = data.draw(st.sampled_from(("gone", "other", commented, copied, turned)))
        if kind == "gone":
            try:
                tree = without(tree, place)
            except KeyError:
                continue
        else:
            change = (lambda _, place=place: in_other(place)) if kind == "other" else kind
            tree = changed(tree, place, change)
        assert persist.dump(ROOT, tree) == carefully_written(tree)
        filled = tree, effective(ROOT, tree, last=filled)
        assert ordered(filled[1]) == ordered(effective(ROOT, tree))
        if data.draw(st.booleans()):
            indent = data.draw(st.sampled_from(("", INDENT * 2)))
            written = "\n".join(quick_writer.lines(ROOT, tree, indent))
            assert written == "\n".join(brace_lines(ROOT, tree, indent))


def test_the_same_entry_in_two_lists_is_written_under_the_name_of_each():
    entries = Entries({("a",): Branch(), ("b",): Branch()})
    place = ("system", "security", "pki")
    tree = put(EMPTY, path(*place, "ca-profile"), entries)
    tree = put(tree, path(*place, "est-profile"), entries)
    assert persist.dump(ROOT, tree) == carefully_written(tree)


PART = put(EMPTY, path("system", "security", "pki"), MAXIMUM["system"]["security"]["pki"])
LINES = persist.dump(ROOT, PART).split("\n")
SPOILT = (
    lambda line: line + " ",
    lambda line: line + " x",
    lambda line: line.replace('"', "", 1),
    lambda line: line.replace('"', '"\\"', 1),
    lambda line: line.replace('"', "\\", 1),
    lambda line: line.replace(" ", "  ", 1),
    lambda line: "\t" + line,
    lambda line: line[4:],
    lambda line: line[:-1],
    lambda line: line[: len(line) * 2 // 3],
    lambda line: line + "\n" + line,
    lambda line: line + "\n",
    lambda line: "# comment: x\n" + line,
    lambda line: "# x\n" + line,
    lambda line: line.replace("{", "{ }"),
    lambda line: line.replace("{", "{\n}"),
    lambda line: line.replace(" {", ""),
    lambda line: line.replace("}", "} }"),
    lambda line: line.replace("}", ""),
    lambda line: line.upper(),
    lambda line: line.replace("enable", "en").replace("true", "t").replace("0", "99999999999"),
    lambda line: line.replace("e", "\u00e9", 1),
    lambda line: line.replace("-", "\x07", 1),
    lambda line: line.replace("[", "[ ").replace("]", "x"),
    lambda line: line.replace("[", "").replace("]", ""),
    lambda line: line.replace("] ", "]"),
    lambda line: line + "z" * 3000,
    lambda line: line.replace("name", "frob"),
    lambda line: line.replace("\n", "\r\n") + "\r",
    lambda line: line.replace("{", '{ description "x"'),
    lambda line: "",
)


@SLOW
@given(
    at=st.integers(0, len(LINES) - 1),
    spoil=st.sampled_from(SPOILT),
    cut=st.integers(0, 40),
    moved=st.integers(0, len(LINES) - 1),
    moves=st.booleans(),
)
def test_a_spoilt_configuration_is_left_alone_or_read_alike(at, spoil, cut, moved, moves):
    lines = list(LINES)
    lines[at] = spoil(lines[at])
    if moves:
        lines.insert(moved, lines.pop(at))
    check_reading("\n".join(lines[: len(lines) - cut] if cut < 4 else lines))


@pytest.mark.parametrize("spoil", range(len(SPOILT)))
def test_each_kind_of_fault_is_left_alone_or_read_alike(spoil):
    for at in met(9, range(spoil, len(LINES), len(LINES) // 10)):
        lines = list(LINES)
        lines[at] = SPOILT[spoil](lines[at])
        check_reading("\n".join(lines))


def places(tree, before=()):
    """Yield the place of everything in *tree*, keys of entries among the names."""
    for name, content in tree.items():
        yield (*before, name)
        if isinstance(content, Branch | Entries):
            yield from places(content, (*before, name))


def without(tree, place):
    name, *rest = place
    below = without(tree[name], rest) if rest else None
    return tree.but(name, below) if below else tree.without(name)


WHERE = list(places(MAXIMUM))


@SLOW
@given(gone=st.lists(st.sampled_from(WHERE), max_size=3))
def test_what_lacks_something_is_found_wanting_alike(gone):
    tree = MAXIMUM
    for place in gone:
        try:
            tree = without(tree, place)
        except KeyError:
            continue
    check_whole(tree)


@with_any_configuration("tree", examples=60)
def test_any_configuration_is_found_whole_or_not_alike(tree):
    check_whole(tree)


def check_whole(tree):
    """Hold that every way to find out what is wrong with *tree* finds the same."""
    careful = validate.carefully(ROOT, tree)
    assert validate.validate(ROOT, tree) == careful
    assert quick_check.is_whole(ROOT, tree) == (careful == ())
    assert validate.changed(ROOT, MAXIMUM, tree) == careful
    assert validate.changed(ROOT, EMPTY, tree) == careful


def test_more_entries_than_there_may_be_are_found_by_all():
    pki = MAXIMUM["system"]["security"]["pki"]
    known = pki["ca-profile"]
    many = Entries({(f"c{n}",): next(iter(known.values())) for n in range(200)} | dict(known))
    tree = put(MAXIMUM, path("system", "security", "pki", "ca-profile"), many)
    assert [one.kind for one in validate.carefully(ROOT, tree)].count("too-many") == 1
    check_whole(tree)


def test_the_maximum_and_nothing_are_whole():
    for tree in (MAXIMUM, EMPTY):
        assert quick_check.is_whole(ROOT, tree)
        check_whole(tree)


def test_nothing_is_read_and_written():
    assert check_reading("configure {\n}\n")
    assert check_reading("configure {\n}")
    assert not check_reading("")
    assert not check_reading("configure {\n")
    assert not check_reading("configure {\n}\n}\n")
    assert not check_reading("configure {\n}\nconfigure {\n}\n")
    assert quick_writer.lines(ROOT, EMPTY, INDENT) == []
