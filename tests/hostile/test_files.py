"""Files that mean harm, as an operator may have got them: read and shown, or refused in a line."""

import random

import pytest
from borrowed import borrowed
from counting import met
from damage import BLOBS, flipped, swapped

from srpki.cli.render.contents import file_content
from srpki.core.errors import InvalidInputError, SrpkiError
from srpki.device.records.contents import FileContent
from srpki.x509 import certificates, csr, der, formats, keys, names

bench = borrowed("unit/protocol/cmp/conftest.py")
lab = borrowed("hostile/test_clients.py")
BLOBS = {
    **BLOBS,
    "a number of 2048 octets": b"\x02\x82\x08\x00" + b"\x7f" * 2048,
    "a reason that is none": b"\x0a\x01\x63",
    "an octet string of nonsense": b"\x04\x05\x02\x03\x7f\x7f\x7f",
    "an octet string with a number of 2048 octets": der.encode(
        der.OCTET_STRING, b"\x02\x82\x08\x00" + b"\x7f" * 2048
    ),
}


def _request(data):
    csr.check(data)
    return data


READ = {
    "certificate": lambda data: formats.read_certificates(data, "der")[0],
    "crl": lambda data: formats.read_crl(data, "der"),
    "csr": _request,
}


@pytest.fixture(scope="module")
def files():
    node = lab.Lab()
    key = keys.generate(lab.lab.P256)
    subject = names.parse_dn("C=DE,O=Lab,CN=gw")
    issued = node.authority.issue(key.public_key(), subject, names.san("gw.lab.example"))
    node.authority.revoke(issued.certificate, "keyCompromise")
    return {
        "certificate": issued.certificate,
        "crl": node.authority.current_crl(),
        "csr": csr.build(key, subject, names.san("gw.lab.example")),
    }


def show(kind, data):
    """Read and lay out *data* as ``show file-content`` does; only errors of ours may come."""
    try:
        lines = file_content(FileContent(kind=kind, der=READ[kind](data))).lines
    except SrpkiError as error:
        return str(error)
    return lines


@pytest.mark.parametrize("kind", READ)
def test_the_right_files_are_shown(files, kind):
    assert len(show(kind, files[kind])) > 5


@pytest.mark.parametrize("kind", READ)
def test_flipped_octets_are_shown_or_refused(files, tally, kind):
    case = tally("file of the operator's, octets changed", len(files[kind]) + 2000)
    for _, changed in flipped(files[kind]):
        case()
        show(kind, changed)
    chance = random.Random(5280)
    for _ in range(2000):
        case()
        changed = bytearray(files[kind])
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        show(kind, bytes(changed))


@pytest.mark.parametrize("kind", READ)
@pytest.mark.parametrize("blob", met(1, BLOBS))
def test_any_part_of_a_file_may_be_nonsense(files, tally, kind, blob):
    case = tally("file of the operator's, a part replaced by nonsense", 10)
    for changed in swapped(files[kind], BLOBS[blob]):
        case()
        show(kind, changed)


def test_a_field_that_cannot_be_read_is_named_for_what_it_is_in(files):
    odd = files["crl"].replace(b"\x0a\x01\x01", b"\x0a\x01\x63")
    assert odd != files["crl"]
    lines = file_content(FileContent(kind="crl", der=READ["crl"](odd))).lines
    assert any("cannot be read: it has the unknown reason 99" in line for line in lines)


def test_a_serial_number_of_thousands_of_octets_is_refused():
    """In decimal, in a sentence, it would be an error of Python's own."""
    root = bench.Ca().certificate
    tbs, *rest = der.elements(der.read(root).content)
    fields = [field.whole for field in der.elements(tbs.content)]
    fields[1] = der.encode(der.INTEGER, b"\x7f" * 3000)
    changed = der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, *fields), *(r.whole for r in rest))
    with pytest.raises(InvalidInputError, match="serial number is too long"):
        certificates.facts(changed)
