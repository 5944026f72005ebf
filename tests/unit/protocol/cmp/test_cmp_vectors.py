"""Messages that OpenSSL wrote (tests/vectors/cmp/make.sh), read and written by us."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from counting import met

from srpki.core.errors import ProtocolError
from srpki.protocol.cmp import asn1, bodies, mac, messages, protect
from srpki.x509 import der
from srpki.x509.certificates import facts, public_key
from srpki.x509.keys import spki

VECTORS = Path(__file__).parents[3] / "vectors" / "cmp"
CERTIFICATES = ("cli-ec", "new-ec", "srv-ec", "root-ec")
MESSAGES = sorted({path.stem for path in VECTORS.glob("*.der")} - set(CERTIFICATES))
KINDS = {
    "certconf": "certConf",
    "pkiconf": "pkiConf",
    "pollreq": "pollReq",
    "pollrep": "pollRep",
}


def octets(stem: str) -> bytes:
    return (VECTORS / f"{stem}.der").read_bytes()


def read(stem: str) -> messages.Message:
    return messages.decode(octets(stem))


def test_every_vector_is_there():
    assert len(MESSAGES) == 21


@pytest.mark.parametrize("stem", met(10, MESSAGES))
def test_kind_of_each_vector_is_recognised(stem):
    word = stem.partition("-")[0]
    assert read(stem).kind == KINDS.get(word, word)


@pytest.mark.parametrize("stem", met(10, MESSAGES))
def test_protection_of_each_vector_holds_and_a_changed_body_does_not(stem):
    message = read(stem)
    changed = der.encode(der.SEQUENCE, message.protected_part[4:] + b"\x05\x00")

    def verify(protected_part):
        bent = messages.Message(
            header=message.header,
            kind=message.kind,
            body=message.body,
            protected_part=protected_part,
            protection=message.protection,
            extra_certs=message.extra_certs,
        )
        if mac.is_mac(message):
            mac.MacVerifier("insecure").verify(bent)
        else:
            protect.verify_signature(bent, message.extra_certs[0])

    verify(message.protected_part)
    with pytest.raises(ProtocolError, match="wrong"):
        verify(changed)


@pytest.mark.parametrize("stem", met(10, MESSAGES))
def test_each_vector_is_written_again_as_openssl_wrote_it(stem):
    message = read(stem)
    decoded = asn1.decode(asn1.PKIMessage, octets(stem), "vector")
    assert asn1.encode(decoded) == octets(stem)

    class Recorded:
        algorithm = message.header.protection_algorithm or b""

        def protect(self, protected_part):
            assert protected_part == message.protected_part
            return message.protection

    again = messages.encode(message.header, message.body, Recorded(), message.extra_certs)
    assert again == octets(stem)


def test_another_password_does_not_verify():
    with pytest.raises(ProtocolError, match="the MAC of the ip is wrong"):
        mac.MacVerifier("other").verify(read("ip-pbm"))


def test_a_signature_is_no_mac_and_the_reverse():
    with pytest.raises(ProtocolError, match="not a password-based MAC"):
        mac.MacVerifier("insecure").verify(read("kup-ec"))
    with pytest.raises(ProtocolError, match="not supported"):
        protect.verify_signature(read("ip-pbm"), octets("srv-ec"))


def test_initial_registration_is_read():
    (request,) = bodies.decode_requests(read("ir-pbm"))
    assert request.cert_req_id == 0
    assert request.subject == bytes.fromhex("3011310f300d06035504030c06726f75746572")
    assert request.public_key == spki(octets("new-ec"))
    assert request.old_certificate is None
    assert (request.proof, request.proof_input) == ("signature", False)
    assert protect.verify(
        public_key(octets("new-ec")), request.proof_algorithm, request.proof_signature, request.der
    )
    assert not protect.verify(
        public_key(octets("cli-ec")), request.proof_algorithm, request.proof_signature, request.der
    )


def test_key_update_names_the_old_certificate_and_keeps_its_subject():
    (request,) = bodies.decode_requests(read("kur-ec"))
    old = facts(octets("cli-ec"))
    assert request.old_certificate is not None
    issuer, serial = request.old_certificate
    assert serial == old.serial == 0x1002
    assert issuer in octets("cli-ec")
    assert b"Root ec" in issuer
    assert b"router" in (request.subject or b"")
    assert b"gw.lab.example" in (request.extensions or b"")


@pytest.mark.parametrize("stem", ["ir-pbm", "kur-ec", "kur-rsa"])
def test_requests_are_written_again_as_openssl_wrote_them(stem):
    message = read(stem)
    (request,) = bodies.decode_requests(message)
    assert bodies.encode_request(request) == request.der
    body = bodies.encode_signed_request(
        message.kind, request.der, request.proof_algorithm, request.proof_signature
    )
    assert body == message.body


def test_answers_are_read_and_written_again_as_openssl_wrote_them():
    message = read("kup-ec")
    (response,), ca_pubs = bodies.decode_responses(message)
    assert response.status.word == "accepted"
    assert response.certificate == octets("new-ec")
    assert bodies.encode_responses("kup", (response,), ca_pubs) == message.body

    message = read("ip-pbm")
    (response,), ca_pubs = bodies.decode_responses(message)
    assert ca_pubs == (octets("root-ec"),)
    assert bodies.encode_responses("ip", (response,), ca_pubs) == message.body


def test_rejection_is_read_in_words():
    message = read("ip-reject")
    (response,), ca_pubs = bodies.decode_responses(message)
    assert response.certificate is None
    assert response.status.fail_info == ("badPOP",)
    assert response.status.text == ("key not proven",)
    assert "proof of possession" in str(response.status)
    assert bodies.encode_responses("ip", (response,), ca_pubs) == message.body


def test_waiting_and_polling_are_read_and_written():
    (response,), _ = bodies.decode_responses(read("ip-wait"))
    assert response.status.word == "waiting"
    assert bodies.decode_poll_requests(read("pollreq-wait")) == (0,)
    assert bodies.encode_poll_request(0) == read("pollreq-wait").body
    (answer,) = bodies.decode_poll_answers(read("pollrep-wait"))
    assert (answer.cert_req_id, answer.check_after, answer.reason) == (0, 1, ())
    assert bodies.encode_poll_answer(answer) == read("pollrep-wait").body


def test_confirmation_names_the_certificate_by_its_hash():
    message = read("certconf-ec")
    (confirmation,) = bodies.decode_confirmations(message)
    assert confirmation.cert_hash == hashlib.sha256(octets("new-ec")).digest()
    assert confirmation.status is not None
    assert confirmation.status.word == "accepted"
    assert bodies.encode_confirmations((confirmation,)) == message.body
    bodies.decode_pki_confirm(read("pkiconf-ec"))
    assert bodies.encode_pki_confirm() == read("pkiconf-ec").body


def test_error_is_read_with_its_details():
    info = bodies.decode_error(read("error-signed"))
    assert info.fail_info == ("badRequest",)
    assert info.line.startswith("error processing message")
    assert "CMP routines" in info.line


def test_p10cr_holds_the_request_as_it_is():
    request = bodies.decode_p10cr(read("p10cr-pbm"))
    assert request.startswith(b"\x30")
    assert request in octets("p10cr-pbm")
    assert spki(octets("new-ec")) in request


def test_headers_are_those_of_one_transaction():
    request, answer = read("kur-ec").header, read("kup-ec").header
    assert request.pvno == answer.pvno == 2
    assert answer.transaction_id == request.transaction_id
    assert answer.recipient_nonce == request.sender_nonce
    assert request.sender_kid == facts(octets("cli-ec")).subject_key_identifier
    assert answer.sender_kid == facts(octets("srv-ec")).subject_key_identifier
    assert b"CMP Server" in answer.sender
    assert request.message_time is not None
    assert request.message_time.tzinfo is not None
