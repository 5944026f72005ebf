"""A whole router at CAs of others: the page on real CAs, typed at Bouncy Castle and at libest.

Keystore, engine, both protocols and the network are those of the program; the CA certificates, the
certificates issued and every judgement on what the router sends are not ours.
"""

import pytest
from borrowed import borrowed
from counting import met
from foreign import called
from peers import LIBEST_PASSWORD, LIBEST_USER

from srpki.cli.session import Session
from srpki.frontend.batch import Run
from srpki.frontend.node import opened
from srpki.frontend.variables import plain
from srpki.x509 import certificates, formats

pytestmark = pytest.mark.interop

page = borrowed("transcripts/test_real_ca.py")
RSA, EC = "rsa-key-size 2048", "ecdsa-curve secp256r1"


def typed(dialect, cmp, est):
    """Return the page's lines for CAs at the servers *cmp* and *est*; libest wants an EC key."""
    text = "\n".join(page.lines(dialect)).replace(RSA, EC)
    for placeholder, value in {
        "<cmp-url>": f"http://127.0.0.1:{cmp.port}/",
        "<reference>": "4711",
        "<secret>": "insecure",
        "<est-address>": "127.0.0.1",
        "<est-port>": str(est.port),
        "<est-user>": LIBEST_USER,
        "<est-password>": LIBEST_PASSWORD,
    }.items():
        text = text.replace(placeholder, value)
    return text.splitlines()


@pytest.mark.parametrize("pki", ["ec"], indirect=True)
@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_a_router_enrols_and_renews_at_foreign_cas(peers, pki, tmp_path, scheme):
    """Both certificates are confirmed or taken, and openssl verifies them."""
    flash = tmp_path / "node" / "cf3"
    flash.mkdir(parents=True)
    for name in ("root", "issuing"):
        (flash / f"{name}.pem").write_bytes(pki.file("root.pem").read_bytes())
    with (
        peers.bouncy_castle_ca(pki) as cmp,
        peers.libest_server(pki, scheme) as est,
        opened(tmp_path / "node", lab=False, mode="mixed") as router,
    ):
        session = Session(router, dialect="md")
        for step in met(30, Run(session).exchanges(plain(typed("md", cmp, est)))):
            assert step.ok, f"{step.command}\n{step.output}"
        for name in ("gw", "web"):
            files = f"{name}.crt", f"{name}.crt.previous"
            pair = [router.node.keystore.read_certificate(file) for file in files]
            new, old = map(certificates.facts, pair)
            assert (new.subject, new.san) == (
                f"C=DE, O=Lab, CN={name}",
                (("dns", f"{name}.lab.example"),),
            )
            assert new.serial != old.serial
            for one in pair:
                pem = formats.write_certificates([one], "pem")
                called("openssl")("verify", "-CAfile", pki.file("root.pem"), octets=pem)
    assert cmp.lines.count("certConf good accepted") == 2
    assert sum(line.startswith(f"enroll user={LIBEST_USER}") for line in est.lines) == 2
