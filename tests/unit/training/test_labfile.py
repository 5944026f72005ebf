"""Lab files: what is read, and where a mistake is said to be."""

import tomllib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srpki.core.errors import InvalidInputError
from srpki.training import labfile
from srpki.training.fields import Fields
from srpki.training.labfile import MAX_OCTETS, expressions, load
from srpki.training.language.parsing import parse
from srpki.training.mistakes import LabFileError
from srpki.training.parameters import draw
from srpki.training.spellings import decided

LAB = """
[lab]
name = "one"
title = "One"
task = "Do it, ${cn}."
[parameters]
cn = { choice = ["gw-ulm", "gw-bern"] }
n = { from = 3, to = 9 }
[[check]]
that = "entry ${cn}.crt state == scheduled"
fail = "no"
"""


def test_a_small_lab_is_read():
    file = load(LAB.encode(), "one.toml")
    assert (file.name, file.title, file.level, file.factor) == ("one", "One", 1, 0.0)
    assert file.points == 10
    assert file.mode == "mixed"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('name = "one"', 'name = "One"', "one.toml: [lab] name"),
        ('name = "one"', 'name = "../x"', "one.toml: [lab] name"),
        ('title = "One"', "", "one.toml: [lab]"),
        ('title = "One"', 'title = "One"\nlevle = 1', "one.toml: [lab]"),
        ('title = "One"', 'title = "One"\nlevel = 5', "one.toml: [lab] level"),
        ('title = "One"', 'title = "One"\nlevel = true', "one.toml: [lab] level"),
        ('title = "One"', 'title = "One"\nclock = "x0"', "one.toml: [lab] clock"),
        ('title = "One"', 'title = "One"\nstart = "2027-03-01"', "one.toml: [lab] start"),
        ('title = "One"', 'title = "One"\nmay = ["show"]', "one.toml: [lab] may"),
        ('fail = "no"', "", "one.toml: [[check]] 1"),
        ("state ==", "stat ==", "one.toml: [[check]] 1 that"),
        ("${cn}.crt", "${cm}.crt", "one.toml: [[check]] 1 that"),
        ("from = 3", "from = 30", "one.toml: [parameters] n to"),
        ('"gw-ulm"', '"gw\\u202eulm"', "one.toml: [parameters] cn choice"),
        ("[parameters]", "[paramters]", "one.toml"),
        ("[parameters]", '[setup]\nmd = "x"\nclassic = "x"\n[parameters]', "one.toml: [setup]"),
        ("[lab]", "[lab", "one.toml"),
    ],
)
def test_a_mistake_is_named_with_its_place(old, new, place):
    with pytest.raises(LabFileError) as caught:
        load(LAB.replace(old, new).encode(), "one.toml")
    assert caught.value.place == place


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"x" * (MAX_OCTETS + 1), b"a=" + b"[" * 50_000, b""]
)
def test_what_is_no_lab_file_is_refused(content):
    with pytest.raises(LabFileError):
        load(content, "one.toml")


def test_a_seed_draws_the_same_values_for_ever():
    file = load(LAB.encode(), "one.toml")
    assert draw(file.parameters, "one", "anna") == {"cn": "gw-bern", "n": "6"}
    drawn = {draw(file.parameters, "one", str(number))["cn"] for number in range(20)}
    assert drawn == {"gw-ulm", "gw-bern"}


def test_checks_are_read_with_the_values_of_a_trainee():
    file = load(LAB.encode(), "one.toml")
    (found,) = expressions(file, {"cn": "gw-graz", "n": "3"})
    assert found.words == ("gw-graz.crt",)


@pytest.mark.parametrize(
    ("line", "is_decided"),
    [
        ("admin certificate update-cert gw.crt", True),
        ('configure system security pki certificate-auto-update "gw.crt" create', True),
        ("admin certificate import type key input cf3:/a output a format der", False),
        ("lab clock advance 1d", False),
    ],
)
def test_decided_spellings_are_known(line, is_decided):
    assert bool(list(decided(f"\n{line}\n"))) is is_decided


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_is_no_lab_file_is_refused_with_its_place(content):
    with pytest.raises(LabFileError):
        load(content, "one.toml")


_LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats()
_VALUES = st.recursive(
    _LEAF,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.sampled_from(["lab", "parameters", "ca", "setup", "hint", "question", "check", "solution"]),
    _VALUES,
)
def test_a_table_of_another_shape_is_refused_or_read(name, value):
    """Values as TOML may have them, and some that it cannot, in the place of any table."""
    table = tomllib.loads(LAB) | {name: value}
    with suppress(LabFileError):
        labfile._read(Fields(table, "one.toml"), "one.toml", "")


@given(st.text(alphabet=' "\\()[],<>=!~abcertinowksyd.0129/:-', max_size=80))
def test_whatever_is_no_check_is_refused(line):
    with suppress(InvalidInputError):
        parse(line)
