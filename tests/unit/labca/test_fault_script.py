"""Faults: read, kept in order, used up."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from srpki.core.errors import InvalidInputError, RefusedError
from srpki.labca.conditions import Circumstances, Wish
from srpki.labca.fault_lines import parse_fault, parse_script
from srpki.labca.fault_script import FaultScript
from srpki.labca.faults import Fault
from srpki.x509 import keys


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
        ("kur reject " + "x" * 1000, "too long"),
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


# --- conditions ----------------------------------------------------------------------------------

NIGHT = datetime(2027, 3, 2, 2, 30, tzinfo=UTC)
RSA = keys.generate(keys.KeySpec("rsa", size=2048)).public_key()
P384 = keys.generate(keys.KeySpec("ecdsa", curve="secp384r1")).public_key()


def under(now=NIGHT, clients=(), subject="", key=None):
    return Circumstances(now=now, clients=lambda: clients, wish=lambda: Wish(subject, key))


@pytest.mark.parametrize(
    "line",
    [
        'kur reject text "too weak, see \\"CP\\" 6.1.5 #2" if key-size < 3072',
        "kur reject if key-size < 3072 and key-type == rsa",
        "crl no-answer from 2027-03-01T00:00:00Z to 2027-03-09T00:00:00Z",
        "any no-answer times 3 every day 22:00-02:00",
        'ir waiting for subject ~ "CN=gw-(ulm|bern)" for client "4711"',
        "kur reject times always",
    ],
)
def test_a_fault_with_conditions_is_written_as_it_was_read(line):
    assert str(parse_fault(line)) == line
    assert str(parse_fault(str(parse_fault(line)))) == line


def test_conditions_may_be_quoted_and_a_night_is_a_day():
    fault = parse_fault('kur reject if "key-size < 3072" every night 02:00-04:00')
    assert str(fault) == "kur reject if key-size < 3072 every day 02:00-04:00"
    assert str(parse_fault("kur reject every 02:00-04:00")) == "kur reject every day 02:00-04:00"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("kur reject if", "not a fault"),
        ("kur reject if colour == red", "colour == red"),
        ("kur reject if key-size < big", "big"),
        ("kur reject if key-type < rsa", "key-type < rsa"),
        ("kur reject if key-type == xmss", "xmss"),
        ("kur reject from yesterday", "yesterday"),
        ("kur reject from 2027-03-01T08:00:00", "RFC 3339"),
        ("kur reject from 2027-03-02T00:00:00Z to 2027-03-01T00:00:00Z", "end is not after"),
        ("kur reject every night 25:00-26:00", "25:00-26:00"),
        ("kur reject every night 02:00-02:00", "02:00-02:00"),
        ("kur reject for everybody", "everybody"),
        ('kur reject for subject ~ "("', r"\("),
        ("crl no-answer if key-size < 3072", "crl is about no subject"),
        ("cacerts no-answer for subject ~ gw", "cacerts is about no subject"),
        ('kur no-answer text "no"', "text goes with reject"),
        ('kur reject text "no', "quotation mark"),
        ("kur reject times never", "never"),
        ('kur reject text "' + "x" * 201 + '"', "200"),
        ("kur reject if key-size < 1 if key-size < 2", "if|key"),
        ("kur reject if " + " and ".join(["key-size < 1"] * 9), "too long"),
    ],
)
def test_a_condition_that_is_none_is_refused_by_name(line, word):
    with pytest.raises(InvalidInputError, match=word):
        parse_fault(line)


@pytest.mark.parametrize(
    ("words", "there", "elsewhere"),
    [
        ("if key-size < 3072", under(key=RSA), under(key=None)),
        ("if key-type == ecdsa and key-size >= 384", under(key=P384), under(key=RSA)),
        ("if key-type != rsa", under(key=P384), under(key=RSA)),
        ("from 2027-03-02T02:30:00Z", under(), under(NIGHT - timedelta(seconds=1))),
        ("to 2027-03-02T02:30:00Z", under(NIGHT - timedelta(seconds=1)), under()),
        ("every night 02:00-02:31", under(), under(NIGHT + timedelta(minutes=1))),
        ("every night 22:00-02:31", under(), under(NIGHT.replace(hour=21, minute=59))),
        ("every night 22:00-01:00", under(NIGHT.replace(hour=22, minute=0)), under()),
        ('for subject ~ "^CN=gw-[a-z]+$"', under(subject="CN=gw-ulm"), under(subject="CN=gw-1")),
        ("for client 4711", under(clients=("127.0.0.1", "4711")), under(clients=("47110",))),
    ],
)
def test_a_fault_strikes_under_its_circumstances_alone(words, there, elsewhere):
    script = FaultScript(parse_script(f"kur reject times always {words}"))
    assert script.take("kur", circumstances=elsewhere) is None
    assert script.take("kur") is None  # nothing is known: nothing holds
    assert script.take("kur", circumstances=there) is not None
    assert len(script.lines()) == 1


def test_a_fault_that_says_when_lasts_unless_it_says_how_often():
    script = FaultScript(
        parse_script(
            "kur reject every night 02:00-04:00\nir reject to 2028-01-01T00:00:00Z times 1"
        )
    )
    for _ in range(3):
        assert script.take("kur", circumstances=under()) is not None
    assert script.take("ir", circumstances=under()) is not None
    assert script.take("ir", circumstances=under()) is None


def test_after_counts_the_requests_that_it_is_for():
    script = FaultScript(parse_script("kur reject after 1 for client a"))
    assert script.take("kur", circumstances=under(clients=("b",))) is None
    assert script.take("kur", circumstances=under(clients=("a",))) is None
    assert script.take("kur", circumstances=under(clients=("b",))) is None
    assert script.take("kur", circumstances=under(clients=("a",))) is not None


def test_a_script_may_have_a_mark_of_comments_in_a_text():
    assert [str(one) for one in parse_script('kur reject text "rule #5" # five\n')] == [
        'kur reject text "rule #5"'
    ]
