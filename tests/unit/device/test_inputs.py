"""What an operation is given: checked against its action, default values filled in, or refused."""

import pytest
from counting import met

from srpki.core.errors import InvalidInputError, MissingInputError
from srpki.device.operations.inputs import checked
from srpki.schema.nodes import Action, Case, Choice, Leaf, LeafList, Line, arguments
from srpki.schema.tree import actions
from srpki.schema.types import Empty, Enumeration, Integer, Text

ACTION = Action(
    name="try",
    help="",
    operation="try",
    inputs=(
        Leaf(name="must", type=Text(length=(1, 3)), mandatory=True, help=""),
        Leaf(name="preset", type=Integer("uint8", 1, 9), default="7", help=""),
        Leaf(name="flag", type=Empty(), help=""),
        LeafList(name="many", type=Integer("uint8"), help=""),
        Choice(
            name="kind",
            mandatory=True,
            cases=(
                Case("a", (Leaf(name="a-size", type=Integer("uint8"), default="2", help=""),)),
                Case(
                    "b",
                    (
                        Leaf(name="b-word", type=Enumeration(("x", "y")), help=""),
                        Leaf(name="b-also", type=Integer("uint8"), default="3", help=""),
                    ),
                ),
            ),
        ),
    ),
)


def test_default_values_are_filled_in_those_of_the_chosen_case_alone():
    assert checked(ACTION, {"must": "abc", "b-word": "x", "flag": True}) == {
        "must": "abc",
        "b-word": "x",
        "flag": True,
        "preset": 7,
        "b-also": 3,
    }


@pytest.mark.parametrize(
    ("inputs", "missing"),
    [
        ({}, ("must", "a-size|b-word")),
        ({"must": "a"}, ("a-size|b-word",)),
        ({"a-size": 1}, ("must",)),
    ],
)
def test_what_is_mandatory_is_missed_by_name(inputs, missing):
    with pytest.raises(MissingInputError) as caught:
        checked(ACTION, inputs)
    assert caught.value.names == missing


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"must": "a", "a-size": 1, "b-word": "x"}, "'a-size' and 'b-word' exclude each other"),
        ({"must": "a", "a-size": 1, "other": "x"}, "no input 'other'"),
        ({"must": "abcd", "a-size": 1}, "'must' - length 4 out of range 1..3"),
        ({"must": "a", "a-size": 1, "preset": 10}, "'preset' - '10' out of range 1..9"),
        ({"must": "a", "b-word": "z"}, "'b-word' - 'z' is not one of x, y"),
        ({"must": "a", "a-size": 1, "many": (1, 999)}, "'many' - '999' out of range"),
        ({"must": "a", "a-size": 1, "flag": "yes"}, "'flag' - no value is expected"),
    ],
)
def test_what_does_not_fit_the_action_is_refused_by_name(inputs, reason):
    with pytest.raises(InvalidInputError, match=reason):
        checked(ACTION, inputs)


def test_a_url_is_one_however_it_is_spelled():
    found = checked(
        actions()["pki.generate-keypair"], {"save-path": "cf3:/a/b", "rsa-key-size": 2048}
    )
    assert found["save-path"] == "cf3:\\a\\b"


def test_a_word_of_the_classic_cli_stands_for_a_value_of_its_leaf():
    lines = [action for action in actions().values() if isinstance(action.classic, Line)]
    worded = [
        (leaf, value)
        for action in lines
        for arg in arguments(action.classic.items)
        for leaf in action.inputs
        if leaf.name == arg.leaf
        for _, value in arg.words
    ]
    assert worded
    for leaf, value in worded:
        assert leaf.type.parse(value) == value


@pytest.mark.parametrize("operation", met(100, sorted(actions())))
def test_of_every_action_what_is_mandatory_is_missed(operation):
    action = actions()[operation]
    wanted = (
        [
            node.name
            for node in action.inputs
            if node.mandatory and (isinstance(node, Choice) or node.default is None)
        ]
        if action.emulated
        else []
    )
    if not wanted:
        checked(action, {})
        return
    with pytest.raises(MissingInputError) as caught:
        checked(action, {})
    assert len(caught.value.names) == len(wanted)
