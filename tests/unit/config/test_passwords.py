"""What a password must be like: each rule on both sides of its limit."""

from datetime import timedelta

import pytest

from srpki.config import passwords
from srpki.config.tree import EMPTY, put
from srpki.core.errors import RefusedError
from srpki.schema.paths import path

RULES = ("system", "security", "user-params", "local-user", "password")
COMPLEXITY = "complexity-rules"


def tree(**rules):
    """Return a configuration with *rules*, given by their paths with ``__`` for blanks."""
    made = EMPTY
    for name, value in rules.items():
        words = name.replace("_", "-").split("--")
        made = put(made, path(*RULES, *words), value)
    return made


def why(configuration, password, user="ann"):
    """Return why *password* will not do, nothing where it will."""
    try:
        passwords.check(configuration, user, password)
    except RefusedError as error:
        return str(error)
    return ""


def rule(name, value):
    return tree(**{f"complexity_rules__{name}": value})


LENGTH = "is too short: it must have"
CLASSES = "must have characters of"
ROW = "times in a row"
KEYS = "neighbours on the keyboard"
NAME = "must not contain the user name"
ONE = "characters of the class"


@pytest.mark.parametrize(
    ("configuration", "good", "bad", "says"),
    [
        # by default at least six characters and no user name [the fact tree's default values]
        (EMPTY, "zvtwpx", "zvtwp", f"{LENGTH} 6"),
        (EMPTY, "zvtwan", "zvannw", NAME),
        (EMPTY, "zvtnaw", "zvnnaw", NAME),
        (EMPTY, "zvtwan", "zvAnNw", NAME),
        (rule("minimum_length", 9), "zvtwpxzvt", "zvtwpxzv", f"{LENGTH} 9"),
        (rule("minimum_classes", 2), "zvtwpX", "zvtwpx", f"{CLASSES} 2 classes"),
        (rule("minimum_classes", 3), "zvtw5X", "zvtwpX", f"{CLASSES} 3 classes"),
        (rule("minimum_classes", 4), "zvt#5X", "zvtw5X", f"{CLASSES} 4 classes"),
        (rule("repeated_characters", 3), "zzvzzv", "zvzzzv", f"3 {ROW}"),
        (rule("repeated_characters", 2), "zvzvzv", "zvtwpp", f"2 {ROW}"),
        (rule("disallow_sequence_keys", 3), "aswpxz", "zvtasd", f"3 {KEYS}"),
        (rule("disallow_sequence_keys", 3), "zvt12w", "zvt321", f"3 {KEYS}"),
        (rule("disallow_sequence_keys", 3), "zvtpow", "zvtPoI", f"3 {KEYS}"),
        (rule("required__lowercase", 2), "zvZVTW", "zVZVTW", f"2 {ONE} lowercase"),
        (rule("required__uppercase", 2), "zvtwZV", "zvtwpV", f"2 {ONE} uppercase"),
        (rule("required__numeric", 2), "zvtw59", "zvtwp5", f"2 {ONE} numeric"),
        (rule("required__special_character", 2), "zvtw#!", "zvtwp#", f"2 {ONE} special-character"),
        # a credit makes one character of its class count for one more, as often as it says
        (rule("credits__lowercase", 2), "zv5937"[:4], "z593", f"{LENGTH} 6"),
        (rule("credits__uppercase", 1), "zvtZV", "zZVT", f"{LENGTH} 6"),
        (rule("credits__numeric", 3), "zv595"[:5], "z59", f"{LENGTH} 6"),
        (rule("credits__special_character", 1), "zvtw#", "zvt#", f"{LENGTH} 6"),
    ],
)
def test_a_rule_takes_what_just_will_do_and_refuses_what_just_will_not(
    configuration, good, bad, says
):
    assert why(configuration, good) == ""
    assert says in why(configuration, bad)


def test_a_name_may_be_held_where_it_is_allowed_and_by_who_has_none():
    assert why(rule("allow_user_name", True), "zvannw") == ""
    assert why(rule("allow_user_name", False), "zvannw") != ""
    assert why(EMPTY, "zvannw", user="") == ""


def test_a_character_counts_in_its_class_alone():
    every = rule("minimum_classes", 4)
    for lacking in ("zvtw5#", "ZVTW5#", "zvtWV#", "zvtWV5"):
        assert CLASSES in why(every, lacking)


def test_of_several_faults_the_first_is_told_and_no_password():
    both = put(rule("minimum_length", 9), path(*RULES, COMPLEXITY, "minimum-classes"), 4)
    told = why(both, "geheim")
    assert LENGTH in told and "geheim" not in told


# --- what a user may change his own to ------------------------------------------------------------


def refused(check, *arguments):
    try:
        check(*arguments)
    except RefusedError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("least", "old", "new", "will_do"),
    [
        (5, "abcdef", "abcdefghijk", True),
        (5, "abcdef", "abcdefghij", False),
        (1, "abcdef", "abcdeg", True),
        (1, "abcdef", "fedcba", False),  # the same characters in another order
        (2, "aabbcc", "aaabbbcc", True),  # as often counts
        (3, "aabbcc", "aaabbbcc", False),
    ],
)
def test_a_new_password_has_characters_that_the_old_one_has_not(least, old, new, will_do):
    told = refused(passwords.check_change, tree(minimum_change=least), old, new)
    assert (told == "") == will_do
    assert told == "" or f"must have {least} characters" in told


def test_five_of_them_where_nothing_is_configured():
    assert refused(passwords.check_change, EMPTY, "abcdef", "abcdefghij") != ""
    assert refused(passwords.check_change, EMPTY, "abcdef", "abcdefghijk") == ""


@pytest.mark.parametrize(
    ("rules", "age", "left"),
    [
        ({}, 0, 600),
        ({}, 599, 1),
        ({}, 600, None),
        ({"minimum_age": 0}, 0, None),
        ({"minimum_age": 3}, 2.5, 1),
        ({}, -1, None),  # the clock was set back
    ],
)
def test_a_password_is_too_young_until_its_least_age(rules, age, left):
    told = refused(passwords.check_age, tree(**rules), timedelta(seconds=age))
    assert told.startswith("" if left is None else f"Password cannot be changed for another {left}")
    assert (told == "") == (left is None)


@pytest.mark.parametrize(
    ("rules", "days", "old"),
    [({}, 10_000, False), ({"aging": 30}, 29.9, False), ({"aging": 30}, 30, True)],
)
def test_a_password_is_too_old_where_that_is_configured(rules, days, old):
    assert passwords.is_too_old(tree(**rules), timedelta(days=days)) is old


def test_no_earlier_password_counts_where_nothing_is_configured():
    assert passwords.history_size(EMPTY) == 0
    assert passwords.history_size(tree(history_size=7)) == 7
