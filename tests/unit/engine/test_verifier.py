"""``status-verify``: whether the EST client takes a server's certificate [facts: pki.md 13, 14]."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp as library
from issuing import DER, HOUR, Ca, Web

from srpki.core.errors import ConnectError, NotFoundError, TlsError
from srpki.core.wire import HttpReply
from srpki.engine.protocols import est
from srpki.x509 import certificates

STATUS = {
    "good": library.OCSPCertStatus.GOOD,
    "revoked": library.OCSPCertStatus.REVOKED,
    "unknown": library.OCSPCertStatus.UNKNOWN,
}


class Responder:
    """An OCSP responder in memory: *status* is its answer, *end* the hours that it holds."""

    def __init__(self, bench, ca):
        self.bench, self.ca = bench, ca
        self.status, self.end, self.asked, self.spoil = "good", 12, 0, lambda body: body

    def __call__(self, request):
        self.asked += 1
        read = library.load_der_ocsp_request(request.body)
        issuer = x509.load_der_x509_certificate(self.ca.certificate)
        now = self.bench.clock.now()
        builder = (
            library.OCSPResponseBuilder()
            .add_response_by_hash(
                issuer_name_hash=read.issuer_name_hash,
                issuer_key_hash=read.issuer_key_hash,
                serial_number=read.serial_number,
                algorithm=read.hash_algorithm,
                cert_status=STATUS[self.status],
                this_update=now,
                next_update=now + self.end * HOUR if self.end else None,
                revocation_time=now if self.status == "revoked" else None,
                revocation_reason=None,
            )
            .responder_id(library.OCSPResponderEncoding.HASH, issuer)
        )
        for extension in read.extensions:
            builder = builder.add_extension(extension.value, critical=False)
        body = builder.sign(self.ca.key, hashes.SHA256()).public_bytes(DER)
        return HttpReply(
            status=200,
            headers={"content-type": "application/ocsp-response"},
            body=self.spoil(body),
        )


class Setting:
    """A server's certificate, its CA with CRL and responder, and the router that judges it."""

    def __init__(self, bench):
        self.bench = bench
        self.ca = Ca(bench.clock.now())
        self.leaf = self.ca.issue("CN=server")
        self.serial = certificates.facts(self.leaf).serial
        self.responder = Responder(bench, self.ca)
        self.web = bench._responders["http"] = Web({"/ocsp": self.responder})
        bench.keystore.put("certificate", "ca.crt", self.ca.certificate)

    def configure(self, verify="", *, crl=None, responder=True, more=""):
        if crl is not None:
            self.bench.keystore.put("crl", "ca.crl", crl)
        crl_file = 'crl-file "ca.crl"' if crl is not None else ""
        url = 'ocsp { responder-url "192.0.2.1/ocsp" }' if responder else ""
        tls = f"""
            trust-anchor-profile "lab" {{ trust-anchor "ca" {{ }} }}
            client-tls-profile "est" {{
                admin-state enable trust-anchor-profile "lab" status-verify {{ {verify} }}
            }}
        """
        self.bench.configure(
            f'ca-profile "ca" {{ admin-state enable cert-file "ca.crt" {crl_file} {url}'
            f" revocation-check crl-optional }}\n{more}",
            tls=tls,
        )

    def judge(self, *chain):
        client = est.tls_client(self.bench.engine._peers(), "lab")
        client.judge(chain or (self.leaf,))

    def refused(self, why, *chain):
        with pytest.raises(TlsError, match=why):
            self.judge(*chain)


def subordinate(ca, name, *, end=9999):
    """Return a CA that *ca* has certified."""
    below = Ca(ca.now, name)
    below.certificate = ca._made(below.name, below.key, -1, end, ca=True)
    return below


@pytest.fixture
def setting(bench):
    return Setting(bench)


OCSP = "ee-revocation { primary ocsp }"
BOTH = "ee-revocation { primary %s secondary %s }"


# --- default result ------------------------------------------------------------------------------


def test_a_status_that_nothing_tells_means_revoked_unless_configured(setting):
    setting.configure()
    setting.refused("status of the server's certificate is not known: the CA has no CRL")
    setting.configure("default-result good")
    setting.judge()


def test_a_certificate_of_a_ca_that_no_profile_names_has_no_status(setting):
    between = subordinate(setting.ca, "CN=Sent along")
    leaf = between.issue()
    setting.configure(crl=setting.ca.crl())
    setting.refused("no ca-profile that is up has issued it", leaf, between.certificate)
    setting.configure("default-result good", crl=setting.ca.crl())
    setting.judge(leaf, between.certificate)


def test_a_server_that_leads_to_no_trust_anchor_is_refused_whatever_the_default(setting):
    stranger = Ca(setting.ca.now, "O=Test,CN=Stranger").issue()
    impostor = Ca(setting.ca.now).issue()  # the same name, another key
    setting.configure("default-result good", crl=setting.ca.crl())
    setting.refused('the issuer of "CN=leaf", "O=Test, CN=Stranger", is not known', stranger)
    setting.refused('not signed by the key of "O=Test, CN=CA" that is trusted', impostor)


# --- CRL -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("default", ["good", "revoked"])
def test_the_crl_tells_who_is_revoked_whatever_the_default(setting, default):
    setting.configure(f"default-result {default}", crl=setting.ca.crl())
    setting.judge()
    setting.configure(f"default-result {default}", crl=setting.ca.crl(revoked=[setting.serial]))
    setting.bench.engine.authorities.crl_updated("ca.crl")
    setting.refused("the server's certificate is revoked")
    assert setting.responder.asked == 0


def test_a_crl_that_has_expired_tells_nothing(setting):
    setting.configure(crl=setting.ca.crl(end=5))
    setting.judge()
    setting.bench.advance(hours=6)
    setting.refused("has no CRL that is valid")


SHARDS = [f"http://192.0.2.1/{number}.crl" for number in range(3)]


def shard(url):
    """Return the issuingDistributionPoint of the CRL at *url*."""
    return x509.IssuingDistributionPoint(
        [x509.UniformResourceIdentifier(url)], None, False, False, None, False, False
    )


def in_shard(setting, url):
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return setting.ca.issue(more=[x509.CRLDistributionPoints([point])])


def test_a_crl_of_another_distribution_point_says_nothing(setting):
    """The profile comes up with it; what it leaves open is for default-result [pki.md 7.2, 13]."""
    leaf = in_shard(setting, SHARDS[2])
    one = setting.ca.crl(critical=[shard(SHARDS[1])])
    setting.configure(crl=one)
    assert setting.bench.engine.authorities.state("ca").up
    setting.refused("not known: the CRL is that of another distribution point", leaf)
    setting.judge(in_shard(setting, SHARDS[1]))
    setting.configure("default-result good", crl=one)
    setting.judge(leaf)


def test_the_parts_of_a_crl_may_be_in_several_profiles_of_one_ca(setting):
    leaf = in_shard(setting, SHARDS[2])
    serial = certificates.facts(leaf).serial
    two = setting.ca.crl(critical=[shard(SHARDS[2])], revoked=[serial])
    setting.bench.keystore.put("crl", "two.crl", two)
    more = """ca-profile "again" {
        admin-state enable cert-file "ca.crt" crl-file "two.crl" revocation-check crl
    }"""
    setting.configure(
        "default-result good", crl=setting.ca.crl(critical=[shard(SHARDS[1])]), more=more
    )
    setting.refused("the server's certificate is revoked", leaf)
    setting.judge(in_shard(setting, SHARDS[2]))
    setting.judge(in_shard(setting, SHARDS[1]))


def test_a_ca_above_that_is_revoked_takes_the_server_along(bench):
    setting = Setting(bench)
    root = Ca(bench.clock.now(), "O=Test,CN=Root")
    below = Ca(bench.clock.now(), "O=Test,CN=CA")
    below.certificate = root._made(below.name, below.key, -1, 9999, ca=True)
    bench.keystore.put("certificate", "ca.crt", below.certificate)
    bench.keystore.put("certificate", "top.crt", root.certificate)
    leaf, number = below.issue(), certificates.facts(below.certificate).serial
    top = """ca-profile "top" {
        admin-state enable cert-file "top.crt" crl-file "top.crl" revocation-check crl-optional
    }"""
    setting.configure(crl=below.crl(), more=top)
    setting.judge(leaf)  # a CA without a CRL above it is not checked
    bench.keystore.put("crl", "top.crl", root.crl(revoked=[number]))
    bench.engine.file_changed("top.crl")
    setting.refused('the CA "O=Test, CN=CA" is revoked', leaf)
    setting.configure("default-result good", crl=below.crl(), more=top)
    setting.refused('the CA "O=Test, CN=CA" is revoked', leaf)


def tower(setting, height):
    """Return the chain (DER) below the CA of *setting*, *height* certificates with it."""
    cas = [setting.ca]
    for number in range(height - 2):
        cas.append(subordinate(cas[-1], f"CN=Below {number}"))
    below = reversed(cas[1:])
    return cas, [cas[-1].issue(), *(ca.certificate for ca in below), setting.ca.certificate]


def as_profiles(bench, cas, *, crl_of=None, revoked=()):
    """Return ca-profiles for *cas* (the first has one); that of *crl_of* lists *revoked*."""
    made = ""
    for number, ca in enumerate(cas[1:], 1):
        bench.keystore.put("certificate", f"ca{number}.crt", ca.certificate)
        crl_file = ""
        if ca is crl_of:
            bench.keystore.put("crl", f"ca{number}.crl", ca.crl(revoked=revoked))
            crl_file = f'crl-file "ca{number}.crl"'
        made += f"""ca-profile "ca{number}" {{
            admin-state enable cert-file "ca{number}.crt" {crl_file} revocation-check crl-optional
        }}\n"""
    return made


@pytest.mark.parametrize("known", ["sent by the server", "in ca-profiles"])
@pytest.mark.parametrize("depth", [None, 1, 2, 5, 7])
@pytest.mark.parametrize("height", [2, 3, 5, 6, 7, 8, 9, 10, 12])
def test_a_chain_has_no_more_certificates_than_configured(setting, known, depth, height):
    """[pki.md 7.3]: all of them count, the trust anchor included, wherever they come from."""
    cas, chain = tower(setting, height)
    more = as_profiles(setting.bench, cas) if known == "in ca-profiles" else ""
    more += f"\nmaximum-cert-chain-depth {depth}" if depth else ""
    setting.configure("default-result good", more=more)
    if height <= (depth or 7):
        setting.judge(*chain)
    else:
        setting.refused(f"more than {depth or 7} certificates", *chain)


def test_a_chain_is_counted_up_to_the_trust_anchor(setting):
    cas, chain = tower(setting, 5)
    setting.ca = cas[-1]  # now the trust anchor
    setting.bench.keystore.put("certificate", "ca.crt", setting.ca.certificate)
    setting.configure("default-result good", more="maximum-cert-chain-depth 2")
    setting.judge(*chain)


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("known", ["sent by the server", "in ca-profiles"])
def test_a_revoked_ca_is_met_wherever_it_stands(setting, known, place):
    cas, chain = tower(setting, 7)
    issuer, revoked = cas[place], certificates.facts(cas[place + 1].certificate).serial
    used = cas if known == "in ca-profiles" else [setting.ca, *([issuer] if place else [])]
    more = as_profiles(setting.bench, used, crl_of=issuer, revoked=[revoked])
    setting.configure(
        "default-result good", crl=setting.ca.crl(revoked=[revoked] if not place else ()), more=more
    )
    setting.refused(f'the CA "CN=Below {place}" is revoked', *chain)


def test_a_revoked_ca_is_met_far_above_the_trust_anchor(setting):
    """As far as ca-profiles lead; two that certify each other end nowhere, but end."""
    top = Ca(setting.ca.now, "CN=Top")
    upper = subordinate(top, "CN=Upper")
    middle = subordinate(upper, "CN=Middle")
    setting.ca.certificate = middle._made(setting.ca.name, setting.ca.key, -1, 9999, ca=True)
    setting.bench.keystore.put("certificate", "ca.crt", setting.ca.certificate)
    number = certificates.facts(upper.certificate).serial
    top.certificate = middle._made(top.name, top.key, -1, 9999, ca=True)
    for revoked in ([], [number]):
        more = as_profiles(setting.bench, [None, middle, upper, top], crl_of=top, revoked=revoked)
        setting.configure("default-result good", crl=setting.ca.crl(), more=more)
        leaf = setting.ca.issue()
        if revoked:
            setting.bench.engine.authorities.crl_updated("ca3.crl")
            setting.refused('the CA "CN=Upper" is revoked', leaf)
        else:
            setting.judge(leaf)


def test_every_ca_of_the_chain_must_be_valid_at_the_lab_s_time(setting):
    between = subordinate(setting.ca, "CN=Short", end=5)
    chain = between.issue(), between.certificate, setting.ca.certificate
    setting.configure("default-result good")
    setting.judge(*chain)
    setting.bench.advance(hours=6)
    setting.refused('"CN=Short" expired on', *chain)


# --- OCSP ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "why"), [("good", ""), ("revoked", "is revoked"), ("unknown", "does not know it")]
)
def test_the_responder_tells_who_is_revoked(setting, status, why):
    setting.configure(OCSP)
    setting.responder.status = status
    if why:
        setting.refused(why)
    else:
        setting.judge()


def test_an_answer_is_kept_until_its_next_update_and_no_longer(setting):
    setting.configure(OCSP)
    setting.judge()
    setting.responder.status = "revoked"
    setting.judge()
    assert setting.responder.asked == 1
    setting.bench.advance(hours=13)
    setting.refused("is revoked")
    assert setting.responder.asked == 2


@pytest.mark.parametrize(("status", "end"), [("unknown", 12), ("good", 0)])
def test_what_is_unknown_or_has_no_end_is_asked_for_each_time(setting, status, end):
    setting.configure(f"default-result good {OCSP}")
    setting.responder.status, setting.responder.end = status, end
    setting.judge()
    setting.judge()
    assert setting.responder.asked == 2
    assert setting.bench.engine.ocsp_cache.entries() == ()


def test_the_cache_tells_what_it_holds_and_is_cleared_by_number(setting):
    setting.configure(OCSP)
    setting.judge()
    cache = setting.bench.engine.ocsp_cache
    (entry,) = cache.entries()
    assert (entry.entry_id, entry.serial, entry.issuer) == (1, setting.serial, "O=Test, CN=CA")
    assert (entry.status, entry.expires) == ("good", setting.bench.clock.now() + 12 * HOUR)
    with pytest.raises(NotFoundError):
        cache.clear(2)
    cache.clear(1)
    setting.judge()
    assert setting.responder.asked == 2


def test_the_certificate_says_where_to_ask_before_the_profile_does(setting):
    place = x509.AccessDescription(
        x509.AuthorityInformationAccessOID.OCSP,
        x509.UniformResourceIdentifier("http://[2001:db8::1]/own"),
    )
    certificate = setting.ca.issue(more=[x509.AuthorityInformationAccess([place])])
    setting.web.answers["/own"] = setting.responder
    for responder in (True, False):
        setting.bench.engine.ocsp_cache.clear()
        setting.configure(OCSP, responder=responder)
        setting.judge(certificate)
    assert setting.web.asked == ["/own", "/own"]


def test_without_any_responder_the_status_is_unknown(setting):
    setting.configure(OCSP, responder=False)
    setting.refused("no OCSP responder is configured")


def unreachable(request):
    raise ConnectError("no connection to 192.0.2.1:80")


BAD = {
    "unreachable": (unreachable, "no connection"),
    "not found": (lambda request: HttpReply(status=404), "HTTP status 404"),
    "HTML": (
        lambda request: HttpReply(status=200, headers={"content-type": "text/html"}, body=b"<p>"),
        "not an OCSP response",
    ),
}


@pytest.mark.parametrize("how", BAD)
def test_a_responder_in_trouble_leaves_the_status_unknown_and_the_secondary_decides(setting, how):
    answer, why = BAD[how]
    setting.web.answers["/ocsp"] = answer
    setting.configure(OCSP)
    setting.refused(why)
    setting.configure(BOTH % ("ocsp", "crl"), crl=setting.ca.crl())
    setting.judge()
    setting.configure(BOTH % ("ocsp", "crl"), crl=setting.ca.crl(revoked=[setting.serial]))
    setting.bench.engine.authorities.crl_updated("ca.crl")
    setting.refused("is revoked")


def test_the_secondary_method_is_not_asked_when_the_first_has_told(setting):
    setting.configure(BOTH % ("crl", "ocsp"), crl=setting.ca.crl())
    setting.judge()
    assert setting.responder.asked == 0
    setting.bench.advance(hours=30)
    setting.judge()
    assert setting.responder.asked == 1


def test_no_altered_answer_makes_a_revoked_certificate_good(setting):
    setting.configure(OCSP)
    setting.responder.status, setting.responder.end = "revoked", 0
    for place in range(400):
        setting.responder.spoil = lambda body, at=place: (
            body[:at] + bytes((body[at] ^ 0x41,)) + body[at + 1 :] if at < len(body) else body[:-1]
        )
        setting.refused("is revoked|is not known")


# --- counters and events -------------------------------------------------------------------------


def test_judged_certificates_are_counted_and_refusals_are_told(setting):
    setting.configure(crl=setting.ca.crl(revoked=[setting.serial]))
    setting.refused("is revoked")
    setting.judge(setting.ca.issue("CN=other"))
    counted = setting.bench.engine.statistics
    assert (counted.attempted, counted.passed, counted.failed) == (2, 1, 1)
    (text,) = setting.bench.texts(2116)
    assert text == (
        'Verification of certificate "CN=server" by TLS failed:'
        " the server's certificate is revoked."
    )


def test_limits_towards_a_responder_come_from_the_transmission_profile(setting):
    setting.configure(OCSP)
    setting.judge()
    (exchange,) = [one for one in setting.bench.exchanges if one.exchanged]
    assert exchange.limits.max_body == 1 << 16
    assert exchange.closed
