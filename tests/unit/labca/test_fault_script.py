"""Faults: read, kept in order, used up."""

import threading

import pytest

from srpki.core.errors import InvalidInputError, RefusedError
from srpki.labca.faults import Fault, FaultScript, parse_fault, parse_script


def test_a_line_gives_operation_action_and_its_words():
    assert parse_fault("kur reject failinfo badPOP after 1 times 2") == Fault(
        "kur", "reject", failinfo="badPOP", after=1, times=2
    )


@pytest.mark.parametrize(
    "line",
    [
        "kur reject",
        "kur reject failinfo badPOP after 1 times 3",
        "any no-answer",
        "simplereenroll waiting seconds 20",
        "ir short-life seconds 120 after 2",
        "cacerts garbage",
    ],
)
def test_a_fault_is_written_as_it_was_read(line):
    assert str(parse_fault(line)) == line


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("kur", "not a fault"),
        ("kur reject failinfo", "not a fault"),
        ("genm reject", "genm"),
        ("kur explode", "explode"),
        ("cacerts wrong-nonce", "wrong-nonce"),
        ("certconf wrong-key", "wrong-key"),
        ("kur reject failinfo badPoP", "badPoP"),
        ("kur no-answer failinfo badPOP", "badPOP"),
        ("kur no-answer seconds 3", "seconds"),
        ("kur reject after -1", "after"),
        ("kur reject after 1000001", "out of range"),
        ("kur reject after 99999999999999999999", "after"),
        ("kur reject after 1 after 2", "after"),
        ("kur reject times 0", "times"),
        ("kur reject colour red", "colour"),
        ("kur reject " + "x" * 300, "too long"),
    ],
)
def test_a_line_that_is_no_fault_is_refused_by_name(line, word):
    with pytest.raises(InvalidInputError, match=word):
        parse_fault(line)


def test_a_script_has_comments_and_blank_lines():
    script = "# two faults\n\nkur reject failinfo badPOP after 1   # the second\nany no-answer\n"
    assert [str(fault) for fault in parse_script(script)] == [
        "kur reject failinfo badPOP after 1",
        "any no-answer",
    ]


def test_a_wrong_line_of_a_script_is_named():
    with pytest.raises(InvalidInputError, match="line 3 of the fault script"):
        parse_script("any no-answer\n\nkur rejct\n")


def test_the_second_request_is_struck_and_no_other():
    script = FaultScript(parse_script("kur reject failinfo badPOP after 1"))
    taken = [script.take("kur") for _ in range(4)]
    assert [fault and fault.failinfo for fault in taken] == [None, "badPOP", None, None]


def test_other_operations_pass_by():
    script = FaultScript(parse_script("kur reject"))
    assert script.take("ir") is None
    assert script.take("simplereenroll") is None
    assert script.take("kur") is not None


def test_faults_for_one_operation_are_used_up_in_order():
    script = FaultScript(parse_script("kur no-answer times 2\nany http-500\nkur garbage"))
    assert [script.take("kur").action for _ in range(4)] == [
        "no-answer",
        "no-answer",
        "http-500",
        "garbage",
    ]


def test_a_fault_for_any_operation_waits_for_one_to_which_it_can_happen():
    script = FaultScript(parse_script("any wrong-nonce"))
    assert script.take("cacerts") is None
    assert script.take("certconf").action == "wrong-nonce"


def test_what_is_left_is_listed_as_lines():
    script = FaultScript(parse_script("kur reject after 2 times 2\nany no-answer"))
    script.take("kur")
    assert script.lines() == ("kur reject after 1 times 2", "any no-answer")
    script.take("kur")
    script.take("kur")
    assert script.lines() == ("kur reject", "any no-answer")
    script.clear()
    assert script.lines() == ()


def test_a_line_can_be_added():
    script = FaultScript()
    script.add("kur reject")
    assert script.lines() == ("kur reject",)
    with pytest.raises(InvalidInputError):
        script.add("kur")


def test_the_number_of_waiting_faults_is_bounded():
    script = FaultScript()
    for _ in range(1000):
        script.add("any no-answer")
    with pytest.raises(RefusedError):
        script.add("any no-answer")


def test_no_fault_strikes_twice_when_threads_race():
    script = FaultScript(parse_script("kur reject after 50 times 100"))
    struck = []

    def ask():
        for _ in range(100):
            fault = script.take("kur")
            if fault is not None:
                struck.append(fault)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(struck) == 100
