"""What is fuzzed: each target takes octets and raises nothing but what it may.

`TARGETS` has them by name, `seeds` gives octets to begin with. Nothing here needs the fuzzer:
`run.py` does, and `test_targets.py` tries the seeds so that the targets stay alive.
"""

import atexit
import itertools
import json
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import other_clients
from borrowed import borrowed
from counting import met

from srpki.cli.render.contents import file_content
from srpki.cli.session import Session
from srpki.config.persist import dump, load
from srpki.core.entropy import SeededEntropy
from srpki.core.errors import SrpkiError
from srpki.device.records.contents import FileContent
from srpki.engine import state
from srpki.engine.protocols.cmpv2_record import RequestRecord
from srpki.keystore.seal import Seal
from srpki.keystore.store import Keystore
from srpki.protocol.cmp import bodies, general, mac, messages, revocations
from srpki.protocol.cmp.peer import Pending
from srpki.protocol.est import authentication
from srpki.protocol.est import messages as est
from srpki.schema.tree import SCHEMA
from srpki.storage.files import OsFiles
from srpki.storage.records import Records
from srpki.x509 import certificates, contents, crl, csr, formats, keys, names, pkcs7

_TESTS = Path(__file__).parents[1]
_LONGEST = 4096
_LINES = 12

Target = Callable[[bytes], None]


# --- CMP -----------------------------------------------------------------------------------------

_DECODERS = (
    bodies.decode_requests,
    bodies.decode_responses,
    bodies.decode_confirmations,
    bodies.decode_pki_confirm,
    bodies.decode_error,
    bodies.decode_poll_requests,
    bodies.decode_poll_answers,
    bodies.decode_p10cr,
    revocations.decode_revocation_requests,
    other_clients.decode_revocation_answer,
    general.decode_general,
    mac.MacVerifier("secret").verify,
)


def cmp(data: bytes) -> None:
    """Decode a PKIMessage, then its body as everything; hand it to a lab CA."""
    try:
        message = messages.decode(data)
    except SrpkiError:
        return
    for decode in _DECODERS:
        with suppress(SrpkiError):
            decode(message)
    reply = _lab().cmp.post(data)
    assert reply.status in (200, 400)


def cmp_body(data: bytes) -> None:
    """Ask a lab CA with *data* as the body of a message that is protected as it should be."""
    if not data:
        return
    data = bytes((0xA0 | data[0] & 0x1F,)) + data[1:]  # whatever it is, it is a body of some kind
    lab = _lab()
    for signer in (None, _holder()):
        lab.cmp.transaction_id = next(_transactions).to_bytes(16, "big")
        reply = lab.cmp.post(lab.cmp.encode(data, signer=signer))
        assert reply.status in (200, 400)
        if reply.status == 200:
            messages.decode(reply.body)


_transactions = itertools.count(1)


@lru_cache(maxsize=1)
def _holder():
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    issued = _lab().authority.issue(key.public_key(), names.parse_dn("CN=gw"))
    return key, issued.certificate


def _cmp_bodies() -> list[bytes]:
    """Return the bodies of the other target's messages, requests and answers."""
    return [messages.decode(data).body for data in _cmp_seeds()]


_labs = []


def _lab():
    if not _labs:
        _labs.append(borrowed("hostile/test_clients.py").Lab())
    return _labs[0]


def _cmp_seeds() -> list[bytes]:
    """Return one message of each kind that opens a transaction or goes on with one."""
    clients = borrowed("hostile/test_clients.py")
    found = []
    for kind, make in clients.MAKERS.items():
        lab = clients.Lab()
        data, _ = make(lab, kind)
        found += [data, lab.cmp.post(data).body]
    return found


# --- X.509 ---------------------------------------------------------------------------------------

_READERS = (
    *(lambda data, name=name: formats.read_certificates(data, name) for name in formats.FORMATS),
    *(lambda data, name=name: formats.read_crl(data, name) for name in formats.FORMATS),
    *(lambda data, name=name: formats.read_key(data, name, "pass") for name in formats.FORMATS),
    lambda data: formats.read_request(data, "pkcs10"),
    lambda data: pkcs7.objects(data, "certificates"),
    lambda data: pkcs7.objects(data, "crls"),
    est.read_certificates,
    contents.identify,
    certificates.facts,
    certificates.public_key,
    csr.check,
    names.parse_name,
    lambda data: crl.check(data, _issuer()),
)


def _request(data: bytes) -> bytes:
    csr.check(data)
    return data


_SHOWN = {
    "certificate": lambda data: formats.read_certificates(data, "der")[0],
    "crl": lambda data: formats.read_crl(data, "der"),
    "csr": _request,
}
"""What is read before `show file-content` lays it out."""


def x509(data: bytes) -> None:
    """Read a file of the operator's, or of an EST server, as everything it could be."""
    for read in _READERS:
        with suppress(SrpkiError):
            read(data)
    for kind, read in _SHOWN.items():
        with suppress(SrpkiError):
            file_content(FileContent(kind=kind, der=read(data)))


def _issuer() -> bytes:
    return _lab().authority.issuing.certificate


def _x509_seeds() -> list[bytes]:
    lab = _lab()
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    subject = names.parse_dn("C=DE,O=Lab,CN=gw")
    issued = lab.authority.issue(key.public_key(), subject, names.san("gw.lab.example"))
    lab.authority.revoke(issued.certificate, "keyCompromise")
    both = [issued.certificate, lab.authority.root]
    found = [issued.certificate, lab.authority.current_crl(), csr.build(key, subject)]
    found += [formats.write_certificates(both, name) for name in ("pem", "pkcs7-der", "pkcs7-pem")]
    found += [est.encode_body(found[4], wrapped=False), subject.public_bytes()]
    found += [formats.write_key(key, name, "pass") for name in ("pem", "der")]
    return [*found, keys.private_der(key), b"\x30\x80" * 40]


# --- the node's own files ------------------------------------------------------------------------


class _Files(OsFiles):
    """The system's files, not synced: only octets count here."""

    def sync_directory(self, path: Path) -> None:
        """Leave it to the system."""


_nodes = []


def _node() -> tuple[Path, Seal, Keystore]:
    if not _nodes:
        directory = Path(tempfile.mkdtemp(prefix="srpki-fuzz-"))
        atexit.register(shutil.rmtree, directory, ignore_errors=True)
        (directory / "cf3").mkdir()
        seal = Seal(directory / "chassis.key", SeededEntropy(7), _Files(directory))
        keystore = Keystore(directory / "cf3", seal, _Files(directory))
        keystore.put("certificate", "gw.crt", _issuer())
        _nodes.append((directory, seal, keystore))
    return _nodes[0]


def keystore(data: bytes) -> None:
    """Read *data* as a sealed file, as a token, as the journal of a swap, and as saved records."""
    directory, seal, store = _node()
    with suppress(SrpkiError):
        seal.open(data, b"certificate")
    with suppress(SrpkiError):
        seal.open_text(data.decode("latin-1"))
    pki = directory / "cf3" / "system-pki"
    (pki / "odd.crt").write_bytes(data)
    for read in (store.read_certificate, store.read_key, store.read_crl, store.kind_of):
        with suppress(SrpkiError):
            read("odd.crt")
    journal = pki / ".gw.crt.journal"
    journal.write_bytes(data)
    store.recover()
    assert not journal.exists()
    assert store.read_certificate("gw.crt") == _issuer()
    _records(data, directory / "records")


def _records(data: bytes, directory: Path) -> None:
    directory.mkdir(exist_ok=True)
    (directory / "one.json").write_bytes(data)
    found, _ = Records(directory).load()
    for record in found.values():
        with suppress(ValueError):
            state.from_json(record)
        with suppress(SrpkiError):
            RequestRecord.from_json(record, "password").branch()
        with suppress(SrpkiError):
            Pending.from_json(record)


def _keystore_seeds() -> list[bytes]:
    _, seal, _ = _node()
    pending = Pending(
        request="ir",
        cert_req_id=0,
        check_after=5,
        transaction_id=b"t" * 16,
        sender_nonce=b"s" * 16,
        recipient_nonce=b"r" * 16,
        request_nonce=b"q" * 16,
        sender=b"\x30\x00",
    ).to_json()
    request = {
        "kind": "initial-registration",
        "inputs": {"ca-profile": "lab", "key-to-certify": "gw.key", "subject-dn": "CN=gw"},
        "password": "",
        "start_time": "2026-03-01T12:00:00Z",
        "response_time": None,
        "status": "in-progress",
        "code": "none",
        "text": "",
        "pending": pending,
    }
    entry = state.to_json(state.EntryState(last_update_end_time=datetime(2026, 3, 1, tzinfo=UTC)))
    records = [{"name": "one", **record} for record in (pending, request, entry)]
    journal = [["gw.crt", "0" * 64, True], ["gw.key", "0" * 64, False]]
    sealed = [seal.seal(_issuer(), b"certificate"), seal.seal_text("secret").encode()]
    return [*sealed, *(json.dumps(value).encode() for value in (*records, journal))]


# --- what is typed -------------------------------------------------------------------------------


def _typed(dialect: str) -> Target:
    def target(data: bytes) -> None:
        session = Session(borrowed("conftest.py").FakeDevice("mixed"), dialect)
        for line in met(1, data[:_LONGEST].decode("utf-8", "replace").split("\n")[:_LINES]):
            session.help(line)
            session.complete(line)
            session.expand(line)
            answer = session.feed(line)
            assert isinstance(answer.text, str)
            if answer.closed:
                break
        session.close()

    return target


def _typed_seeds(dialect: str) -> list[bytes]:
    lines = (_TESTS / "golden" / f"{dialect}.commands").read_text().splitlines()
    return ["\n".join(lines[start : start + 6]).encode() for start in range(0, len(lines), 6)]


def words() -> set[str]:
    """Return the words of the command lines, for the fuzzer's dictionary."""
    found = set()
    for dialect in ("md", "classic"):
        for line in (_TESTS / "golden" / f"{dialect}.commands").read_text().splitlines():
            with suppress(ValueError):
                found.update(shlex.split(line))
    return found


def configuration(data: bytes) -> None:
    """Load a configuration file; what loads is written and loads again as the same."""
    try:
        tree = load(SCHEMA.configure, data.decode("utf-8", "replace"))
    except SrpkiError:
        return
    assert load(SCHEMA.configure, dump(SCHEMA.configure, tree)) == tree


def _configuration_seeds() -> list[bytes]:
    bench = borrowed("unit/engine/conftest.py")
    text = (
        f"configure {{ system {{ security {{ pki {{ {bench.PROFILES} }}\ntls {{ {bench.CLIENT} }} }} }}\n"
        f"ipsec {{ {bench.IPSEC} }} }}"
    )
    return [text.encode(), dump(SCHEMA.configure, load(SCHEMA.configure, text)).encode(), b""]


def challenges(data: bytes) -> None:
    """Parse an authentication header."""
    with suppress(SrpkiError):
        authentication.parse(data.decode("latin-1"))


TARGETS: dict[str, tuple[Target, Callable[[], list[bytes]]]] = {
    "cmp": (cmp, _cmp_seeds),
    "cmp-body": (cmp_body, _cmp_bodies),
    "x509": (x509, _x509_seeds),
    "keystore": (keystore, _keystore_seeds),
    "md": (_typed("md"), lambda: _typed_seeds("md")),
    "classic": (_typed("classic"), lambda: _typed_seeds("classic")),
    "configuration": (configuration, _configuration_seeds),
    "challenges": (challenges, lambda: [b'Digest realm="a\\"b", nonce="c", qop="auth"']),
}
"""Name to target and to what makes its seeds."""
