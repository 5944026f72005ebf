"""What the page on troubleshooting says that one sees is seen: each is brought about on a node."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from counting import met

from srpki.frontend.batch import Run
from srpki.frontend.console import console
from srpki.frontend.labs import opened_lab
from srpki.frontend.training.starting import variables
from srpki.frontend.variables import filled

PAGE = Path(__file__).parents[2] / "docs/how-to/troubleshooting.md"
ROW = re.compile(r"^\| (?:State `invalid`, )?`(.+?)` \| .+ \| .+ \|$", re.MULTILINE)
VARIES = re.compile(r"<[a-z]+>")
PKI = "admin system security pki"
ENTRY = '/configure system security pki certificate-auto-update "gw.crt"'
PORTAL = '/configure system security tls cert-profile "portal"'
UPDATE = f"{PKI} update-certificate certificate gw.crt"
SHOW = 'show certificate auto-update "gw.crt"'
COMMANDS = f"""\
lab clock stop
{PKI} generate-keypair save-path cf3:/gw.key ecdsa-curve secp256r1
{PKI} generate-keypair save-path cf3:/other.key ecdsa-curve secp256r1
{PKI} import type key format der input-url cf3:/gw.key output-file gw.key
ENROL reference nobody password ${{lab.secret}}
ENROL reference ${{lab.reference}} password guessed
lab ca fault add ir waiting
ENROL reference ${{lab.reference}} password ${{lab.secret}}
ENROL reference ${{lab.reference}} password ${{lab.secret}}
lab clock advance 10s
{PKI} cmpv2 poll ca-profile lab-ca
ENROL reference ${{lab.reference}} password ${{lab.secret}}
{PKI} import type certificate format pem input-url cf3:/gw.der output-file gw.crt
{PKI} import type certificate format der input-url cf3:/gw.der output-file gw.crt
{UPDATE}
configure system security pki
show router
edit-config private
{ENTRY} key-file-name "gw.key" profile "none"
commit
{ENTRY} profile "lab-cmp"
commit
/configure system
{UPDATE}
quit-config
exit all
quit-config
//configure system name x
{PKI} import type key format der input-url cf3:/other.key output-file gw.key
{SHOW}
file remove cf3:/system-pki/gw.key force
{SHOW}
{PKI} import type key format der input-url cf3:/gw.key output-file gw.key
lab ca stop
{UPDATE}
lab ca start
lab ca fault add kur no-answer
{UPDATE}
lab ca fault add kur reject failinfo badCertTemplate
{UPDATE}
lab ca fault add kur bad-protection
{UPDATE}
lab ca fault add kur wrong-issuer
{UPDATE}
lab ca fault add kur not-yet-valid
{UPDATE}
{PKI} import type key format der input-url cf3:/gw.key output-file copy.key
edit-config private
{PORTAL} entry 1 certificate-file "gw.crt" key-file "copy.key"
{PORTAL} admin-state enable
commit
quit-config
{UPDATE}
edit-config private
{PORTAL} entry 1 key-file "gw.key"
/configure system security pki certificate-update-profile "lab-cmp" retry-interval 36000
/configure system security pki est-profile "lab-est" http-authentication password guessed
commit
quit-config
lab clock advance 1d
lab ca stop
lab clock advance 30d
{SHOW}
lab ca start
edit-config private
{ENTRY} profile "lab-est"
commit
quit-config
lab clock advance 1s
{SHOW}
lab lock password kept-secret may "lab clock show"
lab ca fault list
"""
ENROL = (
    f"{PKI} cmpv2 initial-registration ca-profile lab-ca key-to-certify gw.key"
    ' subject-dn "C=DE,O=Lab,CN=gw" save-as cf3:/gw.der'
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Return all that the commands print."""
    lines = COMMANDS.replace("ENROL", ENROL).splitlines()
    with opened_lab(tmp_path_factory.mktemp("trouble") / "node") as (router, _):
        known = variables(router)
        with closing(console(router, "md")) as session:
            typed = (filled(number, line, known) for number, line in enumerate(lines, 1))
            return "\n".join(step.output for step in Run(session).exchanges(typed))


def symptoms():
    found = ROW.findall(PAGE.read_text(encoding="utf-8").partition("\n## Renewals")[2])
    assert len(found) > 20
    return found


@pytest.mark.parametrize("symptom", met(20, symptoms()))
def test_what_the_page_names_is_seen_on_a_node(symptom, seen):
    pattern = ".+?".join(re.escape(part) for part in VARIES.split(symptom))
    assert re.search(pattern, seen), seen
