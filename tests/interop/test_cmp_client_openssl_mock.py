"""Our CMP client against the mock server of ``openssl cmp``, of this Debian and of OpenSSL 3.5.

The server hands out one certificate whatever is asked, so that one is made beforehand, for the
client's new key. It answers only on loopback, by a preloaded library (loopback_preload.c).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from foreign import need
from peers import openssl_35

from srpki.core.clock import FrozenClock, SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import PeerError, PeerRefusedError, ProtocolError
from srpki.engine.drive import drive
from srpki.protocol.cmp.client import (
    CmpPeer,
    MacCredentials,
    Pending,
    SignatureCredentials,
    certificate_request,
    initial_registration,
    key_update,
    poll,
)
from srpki.transport.base import Limits
from srpki.transport.http import HttpExchange
from srpki.x509 import names
from srpki.x509.keys import KeySpec, generate, same_public_key

pytestmark = pytest.mark.interop

SUBJECT = names.parse_dn("C=DE,O=Lab,CN=router")
SAN = names.san("gw.lab.example")
PASSWORD = MacCredentials("4711", "insecure")


@pytest.fixture(scope="module", params=["openssl", "openssl-3.5"])
def program(request) -> str:
    return need("openssl") if request.param == "openssl" else openssl_35()


@pytest.fixture
def mock(peers, program, pki):
    """Starts the mock server in a mood given by options; returns how the client sees it."""

    @contextmanager
    def start(*mood: str) -> Iterator[CmpPeer]:
        with peers.openssl_mock(program, pki, *mood) as server:
            yield CmpPeer(
                url=f"http://127.0.0.1:{server.port}/pkix/",
                ca_certificates=(pki.certificate("root"),),
            )

    return start


def test_initial_registration_with_a_password(mock, pki, run, around):
    key = pki.key("new")
    with mock() as peer:
        for always in (False, True):
            machine = initial_registration(
                replace(peer, always_set_sender_for_ir=always),
                PASSWORD,
                key,
                SUBJECT,
                SAN,
                poll=True,
                **around,
            )
            result = run(machine)
            assert result.status == "accepted"
            assert result.certificate == pki.certificate("new")
            assert same_public_key(result.certificate, key)
            assert result.ca_pubs == (pki.certificate("root"),)


def test_initial_registration_with_a_factory_certificate(mock, pki, run, around):
    credentials = replace(pki.credentials("factory"), chain=(pki.certificate("vendor"),))
    with mock() as peer:
        machine = initial_registration(
            peer, credentials, pki.key("new"), SUBJECT, SAN, poll=True, **around
        )
        assert run(machine).certificate == pki.certificate("new")


def test_a_certificate_request(mock, pki, run, around):
    with mock() as peer:
        machine = certificate_request(
            peer, pki.credentials("old"), pki.key("new"), SUBJECT, SAN, poll=True, **around
        )
        result = run(machine)
    assert result.status == "accepted"
    assert result.certificate == pki.certificate("new")


@pytest.mark.parametrize("hash_algorithm", ["sha256", "sha512"])
def test_key_update(mock, pki, run, around, hash_algorithm):
    credentials = replace(pki.credentials("old"), hash_algorithm=hash_algorithm)
    with mock() as peer:
        result = run(key_update(peer, credentials, pki.key("new"), poll=True, **around))
    assert result.certificate == pki.certificate("new")
    assert pki.certificate("root") in result.extra_certs


@pytest.mark.parametrize(
    "choice",
    [
        {"response_signing_use_extracert": True, "signing_cert_subject": "CN=CMP Server"},
        {"response_signing_certificates": "server"},
    ],
    ids=["use-extracert", "response-signing-cert"],
)
def test_key_update_with_each_choice_of_signer(mock, pki, run, around, choice):
    if "response_signing_certificates" in choice:
        choice = {"response_signing_certificates": (pki.certificate("server"),)}
    with mock() as peer:
        machine = key_update(
            replace(peer, **choice), pki.credentials("old"), pki.key("new"), poll=True, **around
        )
        assert run(machine).certificate == pki.certificate("new")


@pytest.mark.parametrize("polls", ["1", "2", "3"])
def test_polling(mock, pki, run, around, polls):
    """OpenSSL 3.5 puts certConf off too, and answers late under the nonce of the request."""
    with mock("-poll_count", polls, "-check_after", "1") as peer:
        for credentials in (pki.credentials("old"), PASSWORD):
            new = pki.key("new")
            if credentials is PASSWORD:
                machine = initial_registration(
                    peer, credentials, new, SUBJECT, SAN, poll=True, **around
                )
            else:
                machine = key_update(peer, credentials, new, poll=True, **around)
            assert run(machine).certificate == pki.certificate("new")


@pytest.mark.parametrize("program", ["openssl"], indirect=True)
def test_polling_by_hand(mock, pki, tmp_path, around):
    """The mock server forgets a transaction when its connection ends, so one is kept."""
    exchange = HttpExchange(None, Limits(), tmp_path, clock=SystemClock(), entropy=SystemEntropy())
    arguments = exchange, FrozenClock(datetime(2026, 1, 1, tzinfo=UTC)), threading.Event()
    credentials, key = pki.credentials("old"), pki.key("new")
    with mock("-poll_count", "2", "-check_after", "7") as peer:
        first = drive(key_update(peer, credentials, key, poll=False, **around), *arguments)
        assert (first.status, first.pending.check_after) == ("waiting", 0)
        second = drive(poll(peer, credentials, first.pending, key, **around), *arguments)
        assert (second.status, second.pending.check_after) == ("waiting", 7)
        third = drive(poll(peer, credentials, second.pending, key, **around), *arguments)
        assert third.certificate == pki.certificate("new")
    exchange.close()


@pytest.mark.parametrize("program", ["openssl-3.5"], indirect=True)
def test_polling_by_hand_for_the_confirmation_too(mock, pki, tmp_path, around):
    """Request and confirmation are put off, and what is kept in between survives as JSON."""
    exchange = HttpExchange(None, Limits(), tmp_path, clock=SystemClock(), entropy=SystemEntropy())
    arguments = exchange, FrozenClock(datetime(2026, 1, 1, tzinfo=UTC)), threading.Event()
    credentials, key = pki.credentials("old"), pki.key("new")
    kept = []
    with mock("-poll_count", "2", "-check_after", "7") as peer:
        result = drive(key_update(peer, credentials, key, poll=False, **around), *arguments)
        while result.pending is not None:
            assert (result.status, result.certificate) == ("waiting", None)
            kept.append(Pending.from_json(json.loads(json.dumps(result.pending.to_json()))))
            result = drive(poll(peer, credentials, kept[-1], key, **around), *arguments)
        assert result.certificate == pki.certificate("new")
    exchange.close()
    # The kup is put off by a kup, the confirmation by an error, for which -1 is polled.
    assert [pending.cert_req_id for pending in kept] == [0, 0, -1, -1]
    assert [pending.issued is None for pending in kept] == [True, True, False, False]


@pytest.mark.parametrize("program", ["openssl-3.5"], indirect=True)
def test_an_unprotected_error_that_says_waiting_is_the_profiles_to_believe(mock, pki, run, around):
    with mock("-poll_count", "1", "-send_unprot_err") as peer:
        arguments = pki.credentials("old"), pki.key("new")
        with pytest.raises(ProtocolError, match="unprotected error: waiting"):
            run(key_update(peer, *arguments, poll=True, **around))
    with mock("-poll_count", "1", "-send_unprot_err") as peer:
        believing = replace(peer, accept_unprotected_error=True)
        result = run(key_update(believing, *arguments, poll=True, **around))
        assert result.certificate == pki.certificate("new")


def test_a_server_that_trusts_the_root_alone_needs_the_signers_chain(mock, pki, run, around):
    """The device's certificate is by an intermediate CA that the server has never seen."""
    below = pki.below("intermediate", "gw")
    lone = SignatureCredentials(pki.key("gw"), below["gw"])
    chained = replace(lone, chain=(below["intermediate"],))
    with mock("-srv_trusted", "root.pem") as peer:
        request = pki.key("new"), SUBJECT, SAN
        with pytest.raises(PeerError):
            run(certificate_request(peer, lone, *request, poll=True, **around))
    with mock("-srv_trusted", "root.pem") as peer:
        result = run(certificate_request(peer, chained, *request, poll=True, **around))
        assert result.certificate == pki.certificate("new")


def test_error_message(mock, pki, run, around):
    with mock("-send_error") as peer:
        machine = key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around)
        with pytest.raises(PeerRefusedError, match="key update: rejection"):
            run(machine)


def test_unprotected_error_message(mock, pki, run, around):
    def update(peer):
        return run(key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around))

    with mock("-send_error", "-send_unprot_err") as peer:
        with pytest.raises(ProtocolError, match="unprotected error: rejection"):
            update(peer)
        with pytest.raises(PeerRefusedError, match="key update: rejection"):
            update(replace(peer, accept_unprotected_error=True))


def test_unprotected_answers_are_refused(mock, pki, run, around):
    with mock("-send_unprotected") as peer:
        machine = key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around)
        with pytest.raises(ProtocolError, match="the kup is not protected"):
            run(machine)


def test_rejection_in_words(mock, pki, run, around):
    mood = ("-pkistatus", "2", "-failure", "9", "-statusstring", "key not proven")
    with mock(*mood) as peer:
        machine = key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around)
        with pytest.raises(PeerRefusedError) as caught:
            run(machine)
    assert "badPOP, the proof of possession failed" in caught.value.sentence
    assert "key not proven" in caught.value.sentence


def test_granted_with_modifications(mock, pki, run, around):
    with mock("-pkistatus", "1", "-statusstring", "shorter") as peer:
        machine = key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around)
        result = run(machine)
    assert (result.status, result.status_text) == ("granted-with-mods", "shorter")


def test_certificate_for_another_key_is_rejected(mock, pki, run, around):
    other = generate(KeySpec("ecdsa", curve="secp256r1"))
    with mock() as peer:
        machine = key_update(peer, pki.credentials("old"), other, poll=True, **around)
        with pytest.raises(PeerError, match="for another key"):
            run(machine)


def test_certificate_the_engine_does_not_want_is_rejected(mock, pki, run, around):
    with mock() as peer:
        machine = key_update(
            peer,
            pki.credentials("old"),
            pki.key("new"),
            poll=True,
            **{**around, "accept": lambda certificate, others: "not wanted"},
        )
        with pytest.raises(PeerError, match="rejected: not wanted"):
            run(machine)


def test_wrong_password(mock, pki, run, around):
    with mock() as peer:
        machine = initial_registration(
            peer,
            MacCredentials("4711", "guess"),
            pki.key("new"),
            SUBJECT,
            SAN,
            poll=True,
            **around,
        )
        with pytest.raises(PeerError):
            run(machine)


def test_server_of_another_ca_is_refused(mock, pki, run, around):
    with mock() as peer:
        machine = key_update(
            replace(peer, ca_certificates=(pki.certificate("vendor"),)),
            pki.credentials("old"),
            pki.key("new"),
            poll=True,
            **around,
        )
        with pytest.raises(ProtocolError, match="does not count"):
            run(machine)


def test_certificate_the_server_does_not_know_is_refused_in_words(mock, pki, run, around):
    with mock() as peer:
        machine = key_update(peer, pki.credentials("factory"), pki.key("new"), poll=True, **around)
        with pytest.raises(PeerRefusedError, match="rejection"):
            run(machine)
