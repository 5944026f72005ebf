"""What differs between enrolment protocols is one object each: a third one needs nothing else."""

import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from http import HTTPStatus

import pytest

from srpki.core.errors import PeerError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.engine.jobs import Lane
from srpki.engine.protocols import base, registry
from srpki.engine.protocols.cmpv2 import Cmpv2
from srpki.engine.protocols.est import Est
from srpki.protocol.steps import sent
from srpki.transport.base import Limits
from srpki.x509 import certificates, csr

TOY_URL = "http://127.0.0.1/toy"

# --- an expired certificate ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "reason", "profiles", "tls", "same"),
    [
        ("another client certificate completes", "", "NO_PASSWORD", "CLIENT", False),
        ("the expired one as client fails", "authenticates TLS", "NO_PASSWORD", "CLIENT", True),
        (
            "http-authentication does not help when the expired one is the client's",
            "authenticates TLS",
            "PROFILES",
            "CLIENT",
            True,
        ),
        ("http-authentication and no client certificate completes", "", "PROFILES", "TLS", False),
        ("neither fails", "nor http-authentication is configured", "NO_PASSWORD", "TLS", False),
    ],
)
def test_whether_est_renews_an_expired_certificate(bench, sentence, reason, profiles, tls, same):
    view = bench.configured(profiles=getattr(bench, profiles), tls=getattr(bench, tls))
    said = Est().once_expired(view.update_profiles["by-est"], view, lambda _file: same)
    assert reason in said, sentence
    assert bool(said) == bool(reason), sentence


def test_est_asks_about_the_file_that_tls_uses(bench):
    view = bench.configured(profiles=bench.NO_PASSWORD, tls=bench.CLIENT)
    asked = []
    Est().once_expired(view.update_profiles["by-est"], view, asked.append)
    assert asked == ["client.crt"]


def test_cmpv2_never_renews_an_expired_certificate(bench):
    view = bench.configured()
    said = Cmpv2().once_expired(view.update_profiles["by-cmp"], view, lambda _file: False)
    assert said == "the certificate has expired and CMPv2 cannot sign with it: use EST"


def test_updates_share_a_cmpv2_server_one_by_one_and_est_four_by_four(bench):
    view = bench.configured()
    by_cmp, by_est = view.update_profiles["by-cmp"], view.update_profiles["by-est"]
    lane = Cmpv2().lane(by_cmp, view)
    assert (lane.capacity, lane.while_waiting) == (1, True)  # one outstanding request a server
    assert "http://127.0.0.1:8080/pkix/" in lane.name
    lane = Est().lane(by_est, view)
    assert (lane.capacity, lane.while_waiting) == (4, False)


# --- a third protocol ----------------------------------------------------------------------------


class Toy:
    """A protocol that posts a PKCS#10 to one URL and is given a certificate."""

    name = "toy"

    def servers(self, view):
        return dict.fromkeys(view.ca_profiles, TOY_URL)

    def gap(self, profile, view):
        return "" if profile.server in view.ca_profiles else "the toy has no ca-profile"

    def lane(self, profile, view):
        del profile, view
        return Lane("toy", 2)

    def once_expired(self, profile, view, same):
        del profile, view, same
        return ""

    def enrolment(self, renewal, services):
        def machine():
            old = certificates.parse(renewal.certificate)
            request = csr.build(
                renewal.new_key, old.subject, certificates.san_of(renewal.certificate)
            )
            reply = yield from sent(HttpRequest(method="POST", url=TOY_URL, body=request))
            if reply.status != HTTPStatus.OK:
                raise PeerError("the toy is broken")
            anchors = renewal.peers.authorities.certificates()
            refused = base.objection(renewal, reply.body, (), anchors, services)
            assert refused is None, refused
            return reply.body

        return base.Enrolment(machine(), closing(services.exchanges(tls=None, limits=Limits())))


class ToyCa:
    """The other side of `Toy`."""

    def __init__(self, authority):
        self.authority = authority
        self.asked = 0
        self.refusing = False

    def handle(self, request, _certificate):
        assert request.url == TOY_URL
        self.asked += 1
        if self.refusing:
            return HttpReply(status=503)
        said = csr.check(request.body)
        issued = self.authority.issue(said.public_key, said.subject, said.san)
        self.authority.confirm(issued.certificate)
        return HttpReply(status=200, body=issued.certificate)


@pytest.fixture
def toy(bench, monkeypatch):
    """A bench whose entry is renewed by the toy."""
    monkeypatch.setitem(registry.PROTOCOLS, "toy", Toy())
    bench.toy = bench._responders["http"] = ToyCa(bench.authority)
    bench.enrol()
    view = bench.configured(bench.entry())
    profile = view.update_profiles["by-cmp"].but(protocol="toy")
    bench.view = view.but(update_profiles={"by-cmp": profile})
    bench.engine.apply(bench.view)
    return bench


def test_a_third_protocol_renews_on_time(toy):
    before = certificates.facts(toy.pair()[0])
    assert toy.state().next_update_time == before.not_after - timedelta(days=1)
    assert toy.advance(days=30).updates == 1
    assert toy.toy.asked == 1
    assert toy.whole()
    assert certificates.facts(toy.pair()[0]).not_after > before.not_after
    assert toy.numbers().count(2246) == 1  # the update has finished


def test_a_third_protocol_says_itself_what_an_expired_certificate_can_do(toy):
    toy.toy.refusing = True
    toy.advance(days=40)
    assert toy.toy.asked > 9  # retried after notAfter as well
    toy.toy.refusing = False
    assert toy.advance(days=1).updates == 1
    assert toy.whole()


ADDED = """
import sys
from srpki.schema.common import to_ca_profile
from srpki.schema.configure import protocols
from srpki.schema.nodes import Case, Container, Leaf

server = Leaf(
    name="ca-profile",
    type=to_ca_profile("../../../ca-profile/ca-profile-name"),
    help="CA profile",
)
toy = Container(name="toy", help="Renew by the toy", children=(server,))
protocols.CASES.append(Case(name="toy", children=(toy,)))

from srpki.frontend.entry import main

sys.exit(main())
"""


def program(*arguments, script=""):
    command = [sys.executable, "-c", ADDED, *map(str, arguments)]
    return subprocess.run(
        command, input=script, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_third_protocol_is_configured_by_one_case_of_the_schema_in_both_clis(tmp_path):
    node = tmp_path / "node"
    typed = """\
edit-config global
/configure system security pki ca-profile "lab"
/configure system security pki certificate-update-profile "p" toy ca-profile "lab"
commit
exit all
quit-config
admin show configuration
admin save
"""
    ended = program("exec", "-", "--node", node, "--mode", "mixed", "--cli", "md", script=typed)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "toy {" in ended.stdout
    shown = program(
        "exec", "-", "--node", node, "--cli", "classic", script="admin display-config\n"
    )
    assert 'protocol toy ca-profile "lab"' in shown.stdout
