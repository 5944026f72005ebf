"""What a renewal costs the lab CA, and that it costs the same whatever was issued before.

What is counted is calls, not seconds: the count is the same on every machine and in every run.
"""

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from counting import calls, met

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.core.wire import HttpRequest
from srpki.engine.drive import drive
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.cmp_responder import CmpResponder
from srpki.labca.est_responder import EstResponder
from srpki.labca.fault_script import FaultScript
from srpki.labca.profiles import Locations
from srpki.labca.store import Issued
from srpki.protocol.cmp import client, server_transactions
from srpki.protocol.cmp.server_transactions import Nowhere, Transaction, Transactions
from srpki.protocol.est import messages
from srpki.storage.files import OsFiles
from srpki.x509 import csr, keys
from srpki.x509.names import parse_dn, san

START = datetime(2030, 5, 17, 12, tzinfo=UTC)
P256 = keys.KeySpec("ecdsa", curve="secp256r1")
SUBJECT, ALTERNATIVE = parse_dn("C=DE,O=Lab,CN=router"), san("router.example.net")
MOST_CMP, MOST_EST = 1720, 855
"""Calls of a renewal; it was 3,196 and 1,720 before what is the same in all was done once."""
SLACK = 1.02


class Lab:
    """A lab CA in a directory, and a device that renews by both protocols, without a network."""

    def __init__(self, directory):
        self.clock, self.entropy = FrozenClock(START), SystemEntropy()
        self.authority = Authority(directory, self.clock, self.entropy, CaSettings())
        self.authority.locations = lambda _: Locations("http://192.0.2.1/crl", "http://192.0.2.1/o")
        self.cmp = CmpResponder(self.authority, FaultScript(), log=[].append)
        self.est = EstResponder(self.authority, FaultScript(), log=[].append)
        self.peer = client.CmpPeer(
            url="http://192.0.2.1/pkix/", ca_certificates=(self.authority.issuing.certificate,)
        )
        self.exchanges = []
        self.key = keys.generate(P256)
        secret = client.MacCredentials(self.authority.reference, self.authority.secret)
        self.certificate = self.driven(
            client.initial_registration, secret, self.key, SUBJECT, ALTERNATIVE
        )

    def send(self, request):
        self.exchanges.append(calls(lambda: self.answer(request)))
        return self.reply

    def answer(self, request):
        self.reply = self.cmp.handle(request)

    def driven(self, operation, *what):
        machine = operation(
            self.peer,
            *what,
            clock=self.clock,
            entropy=self.entropy,
            accept=lambda *_: None,
            poll=False,
        )
        return drive(machine, self, self.clock, threading.Event()).certificate

    def by_cmp(self):
        """Renew with certConf; return the calls that the CA has made."""
        self.exchanges.clear()
        new = keys.generate(P256)
        holder = client.SignatureCredentials(self.key, self.certificate)
        self.certificate, self.key = self.driven(client.key_update, holder, new), new
        assert len(self.exchanges) == 2
        return sum(self.exchanges)

    def by_est(self):
        """Renew; return the calls that the CA has made."""
        body = messages.encode_body(csr.build(self.key, SUBJECT, ALTERNATIVE), wrapped=False)
        request = HttpRequest(
            method="POST",
            url=f"https://192.0.2.1{messages.SIMPLEREENROLL_PATH}",
            headers=(("Content-Type", messages.PKCS10),),
            body=body,
        )
        made = calls(lambda: setattr(self, "reply", self.est.handle(request, self.certificate)))
        assert self.reply.status == 200
        return made

    def least(self, renew):
        """Return the calls of a renewal; what is done now and then is in none of several."""
        return min(renew() for _ in met(5, range(5)))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    made = Lab(tmp_path_factory.mktemp("labca") / "ca")
    made.by_cmp()
    yield made
    made.cmp.close()
    made.authority.close()


def test_a_renewal_takes_few_calls(lab):
    assert lab.least(lab.by_cmp) <= MOST_CMP
    assert lab.least(lab.by_est) <= MOST_EST


def test_a_renewal_opens_no_file(lab, monkeypatch):
    """What the CA must remember is written behind what it has written before."""
    lab.by_cmp()
    opened = []
    monkeypatch.setattr(OsFiles, "open", lambda self, path, flags: opened.append(path))
    lab.by_cmp()
    lab.by_est()
    assert opened == []


def test_ten_thousand_certificates_cost_the_next_one_nothing(lab, monkeypatch):
    def costs():
        crl = calls(lab.authority.current_crl)
        return lab.least(lab.by_cmp), lab.least(lab.by_est), crl

    few = costs()
    monkeypatch.setattr(lab.authority._store, "_append", lambda *_, **__: None)  # no disk
    for serial in range(1, 10_001):
        lab.authority._store.add(Issued(serial, lab.certificate))
    monkeypatch.undo()
    many = costs()
    for one, other in met(1, zip(few, many, strict=True)):
        assert other <= one * SLACK, f"{one} calls, {other} after ten thousand certificates"


def test_open_transactions_cost_the_next_one_nothing():
    """Each message asks whose time is over, and when the next one's will be."""

    def opened(number):
        transactions = Transactions(lambda _: None, Nowhere())
        for index in range(number):
            transactions.open(index.to_bytes(2, "big"), transaction(index))
        return transactions

    def transaction(index):
        return Transaction(
            peer=SimpleNamespace(),
            enrolment=SimpleNamespace(),
            implicit_confirm=False,
            deadline=START + timedelta(seconds=index % 300),
            nonce=b"",
            client_nonce=b"",
            request=b"",
        )

    def message(transactions):
        transactions.expire(START - timedelta(seconds=1))
        transactions.open(b"new", transaction(299))
        transactions.next_expiry()
        transactions.close(b"new", START)
        transactions.settle()

    few, many = opened(10), opened(server_transactions.MOST_OPEN - 1)
    few.settle()
    many.settle()
    least, most = (min(calls(lambda t=t: message(t)) for _ in range(5)) for t in (few, many))
    assert least <= most <= least + 20


def test_who_polls_for_long_leaves_nothing_behind():
    transactions = Transactions(lambda _: None, Nowhere())
    one = Transaction(
        peer=SimpleNamespace(),
        enrolment=SimpleNamespace(),
        implicit_confirm=False,
        deadline=START,
        nonce=b"",
        client_nonce=b"",
        request=b"",
    )
    for second in met(10_000, range(10_000)):
        one.deadline = START + timedelta(days=7, seconds=second)
        transactions.open(b"polled for", one)
    assert len(transactions._deadlines) <= 2 * server_transactions.MOST_OPEN + 2
    assert transactions.next_expiry() == one.deadline + timedelta.resolution
