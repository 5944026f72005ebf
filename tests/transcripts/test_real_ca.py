"""The page on real CAs: each CLI's lines are typed at a CA, and lead to the same configuration."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.frontend.batch import Run
from srpki.frontend.labs import opened_lab
from srpki.frontend.variables import plain
from srpki.x509 import certificates

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "real-ca.md"
SEALED = re.compile(r'password ".*"')


def lines(dialect):
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{dialect}-cli\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return "".join(blocks).splitlines()


def followed(dialect, node, ports):
    """Type the page on *node* and return the configuration that is saved at its end."""
    with opened_lab(node, profiles=False, mode="mixed") as (router, lab):
        for name in ("root", "issuing"):
            pem = (node / "lab-ca" / f"{name}.pem").read_bytes()
            (node / "cf3" / f"{name}.pem").write_bytes(pem)
        est = urlsplit(lab.server.est_url)
        told = {
            "<cmp-url>": lab.server.cmp_url,
            "<reference>": lab.server.reference,
            "<secret>": lab.server.secret,
            "<est-address>": est.hostname,
            "<est-port>": str(est.port),
            "<est-user>": lab.server.est_username,
            "<est-password>": lab.server.est_password,
        }
        ports.update({str(est.port): "EST", str(urlsplit(lab.server.cmp_url).port): "CMP"})
        session = Session(router, dialect=dialect)
        typed = "\n".join(lines(dialect))
        for placeholder, value in told.items():
            typed = typed.replace(placeholder, value)
        assert not re.search(r"<[a-z-]+>", typed)
        for step in met(30, Run(session).exchanges(plain(typed.splitlines()))):
            assert step.ok, f"{step.command}\n{step.output}"
        for name in ("gw", "web"):
            new = certificates.facts(router.node.keystore.read_certificate(f"{name}.crt"))
            old = certificates.facts(router.node.keystore.read_certificate(f"{name}.crt.previous"))
            assert new.subject == f"C=DE, O=Lab, CN={name}"
            assert new.serial != old.serial
    return (node / "cf3" / "config.cfg").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    def body(dialect):
        ports = {}
        text = followed(dialect, tmp_path_factory.mktemp(dialect) / "node", ports)
        for port, name in ports.items():
            text = text.replace(port, name)
        return [line for line in SEALED.sub("(sealed)", text).splitlines() if line[:1] != "#"]

    return {dialect: body(dialect) for dialect in ("md", "classic")}


def test_both_clis_lead_to_the_same_configuration(saved):
    assert saved["md"] == saved["classic"]
    assert sum("(sealed)" in line for line in saved["md"]) == 1


def test_the_knobs_that_the_page_names_for_ejbca_are_there_in_both_clis(tmp_path):
    commands = {
        "md": [
            "edit-config private",
            *(
                f'/configure system security pki ca-profile "x" cmpv2 {knob}'
                for knob in (
                    "always-set-sender-for-ir true",
                    "accept-unprotected-message error-message true",
                    "accept-unprotected-message pkiconf-message true",
                    'response-signing-cert "signer.crt"',
                    "response-signing-use-extracert",
                )
            ),
        ],
        "classic": [
            'configure system security pki ca-profile "x" create',
            "cmpv2",
            "always-set-sender-for-ir",
            "accept-unprotected-errormsg",
            "accept-unprotected-pkiconf",
            'response-signing-cert "signer.crt"',
        ],
    }
    with opened_lab(tmp_path / "node", profiles=False, mode="mixed") as (router, _):
        for dialect, typed in met(2, commands.items()):
            for step in met(4, Run(Session(router, dialect=dialect)).exchanges(plain(typed))):
                assert step.ok, f"{step.command}\n{step.output}"
