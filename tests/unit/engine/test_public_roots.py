"""Every root that Debian and certifi distribute can be imported, and its ca-profile comes up."""

import ssl
from pathlib import Path

import certifi
import pytest
from counting import met
from foreign import missing

from srpki.core.clock import FrozenClock
from srpki.core.errors import InvalidInputError
from srpki.core.events import EventBus
from srpki.engine.authorities import Authorities
from srpki.x509 import certificates, formats, keys
from srpki.x509.pem import write as to_pem

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
BUNDLES = {
    "Debian": lambda: sorted(Path("/usr/share/ca-certificates/mozilla").glob("*.crt")),
    "certifi": lambda: [Path(certifi.where())],
}
"""The files of Debian's package itself: a machine may have roots of its own beside them."""
OURS = {"RSA", "DSA", "ECDSA"}


def roots(bundle):
    files = BUNDLES[bundle]()
    if not files:
        missing(f"the roots of {bundle} are not installed")
    blocks = "".join(path.read_text(encoding="utf-8") for path in files).split(BEGIN)[1:]
    return [ssl.PEM_cert_to_DER_cert(BEGIN + block.partition(END)[0] + END) for block in blocks]


@pytest.mark.parametrize("bundle", BUNDLES)
def test_every_root_is_imported_and_its_profile_is_up(bundle, bench, agreement):
    found = dict.fromkeys(roots(bundle))
    up, not_der, of_other_keys = 0, [], []
    for number, der in enumerate(met(50, found)):
        (read,) = formats.read_certificates(to_pem(der, "CERTIFICATE"), "pem")
        assert read == der
        try:
            kind = keys.spec_of(certificates.public_key(der)).kind
        except InvalidInputError as error:
            of_other_keys.append(f"{certificates.parse(der).subject}: {error.sentence}")
            continue
        assert kind.upper() in OURS
        if certificates.parse(der).not_der:
            not_der.append(certificates.facts(der).subject)
        up += is_up(bench, f"root-{number}", der)
    agreement(f"roots of {bundle} with a ca-profile that is up", up, len(found))
    agreement(f"roots of {bundle} that are not DER", len(not_der), len(found))
    agreement(f"roots of {bundle} with keys of other types {of_other_keys}", 0, len(of_other_keys))
    assert len(found) > 100
    assert up + len(of_other_keys) == len(found)


def is_up(bench, name, der):
    """Say whether a ca-profile with the root *der* is up at a time at which the root is valid."""
    said = certificates.facts(der)
    bench.keystore.put("certificate", f"{name}.crt", der)
    middle = said.not_before + (said.not_after - said.not_before) / 2
    authorities = Authorities(FrozenClock(middle), EventBus(), bench.keystore)
    profile = f'ca-profile "{name}" {{ admin-state enable cert-file "{name}.crt" revocation-check crl-optional }}'
    authorities.apply(bench.configured(profiles=profile, tls="", ipsec=""))
    assert authorities.state(name).up, (said.subject, authorities.state(name))
    return authorities.state(name).up
