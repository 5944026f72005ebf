"""``lab messages``: what was said to the CAs, put together by transaction, and drawn."""

import json
import re
from datetime import UTC, datetime

import pytest
from counting import met

from srpki.core.clock import FrozenClock
from srpki.core.errors import PeerError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.device.ladders import ladders
from srpki.device.logging import messagelog
from srpki.device.logging.messagelog import MessageLog
from srpki.storage.files import OsFiles


@pytest.fixture(scope="module")
def said(opened, tmp_path_factory):
    """A node that was enrolled, refused, renewed after a poll, not answered, and renewed by EST."""
    with opened(tmp_path_factory.mktemp("said") / "node") as bench:
        bench.do("lab clock stop")
        bench.enrol_cmp("gw")
        bench.auto_update("gw", "lab-cmp")
        for fault in (
            'reject failinfo badCertTemplate text "<b>no</b>"',
            "waiting seconds 60",
            "no-answer",
        ):
            bench.do(f"lab ca fault add kur {fault}")
            bench.become_due("gw")
        bench.enrol_est("web")
        yield bench


def found(bench):
    return ladders(bench.router.node.messages.messages())


def steps(ladder):
    return [(one.way, one.kind, one.status) for one in ladder.messages]


def test_each_transaction_is_a_ladder_of_its_messages(said):
    enrolled, refused, polled, unanswered, *est = found(said)
    assert steps(enrolled) == [
        ("sent", "ir", ""),
        ("received", "ip", "accepted"),
        ("sent", "certConf", "accepted"),
        ("received", "pkiConf", ""),
    ]
    assert steps(refused) == [("sent", "kur", ""), ("received", "kup", "rejection")]
    assert refused.messages[1].failinfo == ("badCertTemplate",)
    assert refused.messages[1].text == "<b>no</b>"
    assert [step[:2] for step in steps(polled)] == [
        ("sent", "kur"),
        ("received", "kup"),
        ("sent", "pollReq"),
        ("received", "pollRep"),
        ("sent", "pollReq"),
        ("received", "kup"),
        ("sent", "certConf"),
        ("received", "pkiConf"),
    ]
    assert polled.messages[1].status == "waiting"
    assert steps(unanswered)[0] == ("sent", "kur", "")
    assert unanswered.messages[-1].way == "failed"
    enrolment = est[-1]
    assert [one.kind for one in enrolment.messages] == ["simpleenroll"] * len(enrolment.messages)
    assert enrolment.messages[-1].status == "200"


def test_who_says_it_how_it_is_protected_and_what_it_is_about(said):
    enrolled, refused, polled, *_ = found(said)
    ir, ip = enrolled.messages[:2]
    assert ir.protection.startswith("password") and ir.certificate == ""
    assert (ir.subject, ir.key) == (ip.subject, ip.key)
    kur = refused.messages[0]
    assert kur.protection == "signature (sha256)" and kur.sender == "C=DE, O=Lab, CN=gw"
    facts = said.certificate("gw")
    assert polled.messages[3].check_after == 60
    assert polled.messages[5].serial == f"{facts.serial:x}"
    assert refused.messages[0].key != ir.key
    answers = [one for ladder in found(said)[:3] for one in ladder.messages if one.way != "sent"]
    for one in met(5, answers):
        assert one.protection.startswith(("signature", "password")) and one.sender


def test_lab_messages_draws_the_last_ones_in_80_columns_and_keeps_secrets(said):
    for cli in ("md", "classic"):
        text = said.do("lab messages last 40", cli=cli)
        for line in met(40, text.splitlines()):
            assert len(line) <= 80 and line.isprintable()
        assert re.search(r"\|-- kur -+>\|", text) and re.search(r"\|<-+ kup ---\|", text)
        assert 'rejection (badCertTemplate): "<b>no</b>"' in text
        assert "no answer: " in text and re.search(r"\|-- kur -+X  \|", text)
        for secret in met(1, said.secrets()):
            assert secret not in text
    assert said.do("lab messages last 1").count("EST by hand") == 1
    kept = (said.node / "state" / "messages.jsonl").read_text()
    for secret in met(1, said.secrets()):
        assert secret not in kept


def test_it_is_there_after_a_restart_and_a_line_that_is_damaged_is_skipped(tmp_path):
    files, clock = OsFiles(tmp_path), FrozenClock(datetime(2027, 1, 1, tzinfo=UTC))
    path = tmp_path / "messages.jsonl"
    log = MessageLog(path, files, clock)
    request = HttpRequest("POST", "https://u:p@ca.example/.well-known/est/simpleenroll", (), b"")
    log.sent(request)
    log.received(request, HttpReply(503, {"retry-after": "9", "content-type": "text/plain"}, b"no"))
    log.failed(request, PeerError("gone\x1b[31m"))
    kept = log.messages()
    assert [(one.way, one.status, one.check_after) for one in kept] == [
        ("sent", "", None),
        ("received", "503", 9),
        ("failed", "", None),
    ]
    assert kept[0].peer == "ca.example" and "\x1b" not in kept[2].text
    with path.open("a") as stream:
        stream.write('{"number": 9}\nnothing\n[]\n')
    again = MessageLog(path, files, clock)
    assert again.messages() == kept
    again.sent(request)
    assert [one.number for one in MessageLog(path, files, clock).messages()] == [1, 2, 3, 4]


def test_the_log_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr(messagelog, "CAPACITY", 3)
    files, clock = OsFiles(tmp_path), FrozenClock(datetime(2027, 1, 1, tzinfo=UTC))
    path = tmp_path / "messages.jsonl"
    log = MessageLog(path, files, clock)
    for _ in range(20):
        log.sent(HttpRequest("GET", "http://ca.example/a.crl"))
    assert [one.number for one in log.messages()] == [18, 19, 20]
    numbers = [json.loads(line)["number"] for line in path.read_text().splitlines()]
    assert len(numbers) <= 6 and numbers[-1] == 20


@pytest.mark.parametrize("body", [b"", b"\x30\x03\x02\x01\x00", b"\x00" * 5000, b"\xff"])
def test_nothing_that_is_said_breaks_it(tmp_path, body):
    files, clock = OsFiles(tmp_path), FrozenClock(datetime(2027, 1, 1, tzinfo=UTC))
    log = MessageLog(tmp_path / "messages.jsonl", files, clock)
    for kind in ("application/pkixcmp", "application/pkcs10", "text/html", "\x1b"):
        request = HttpRequest("POST", "http://ca/pkix/\x1b", (("Content-Type", kind),), body)
        log.sent(request)
        for status in (200, 500):
            headers = {"content-type": kind, "retry-after": "\u00b2"}
            log.received(request, HttpReply(status, headers, body))
            log.received(
                HttpRequest("GET", "http://ca/.well-known/est/simpleenroll"),
                HttpReply(status, {"content-type": "application/pkcs7-mime"}, body),
            )
    assert len(log.messages()) == 20


def test_a_node_outside_of_a_lab_keeps_none(node):
    assert node.router.node.messages is None
    assert not (node.directory / "state" / "messages.jsonl").exists()
