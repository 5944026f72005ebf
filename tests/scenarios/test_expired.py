"""Certificates that have expired [auto-update.md section 2]."""

from datetime import timedelta
from itertools import pairwise

import pytest

TLS = "system security tls"
EST = 'system security pki est-profile "lab-est"'
RETRY = 6 * 3600
NOTHING_SENT = "lab ca fault add any http-500 times 1000"
"""A fault that would be used up by any request."""


@pytest.fixture
def outage(own):
    """A node whose certificates ``gw`` (CMPv2) and ``tls`` (EST) expire while the CA is down."""
    own.enrol_cmp("gw")
    own.enrol_est("tls")
    own.auto_update("gw", "lab-cmp")
    own.auto_update("tls", "lab-est")
    for name in ("lab-cmp", "lab-est"):
        own.configure(
            f'system security pki certificate-update-profile "{name}" retry-interval {RETRY}'
        )
    return own


def expire(node):
    """Let the CA fail until both certificates have expired, and then recover."""
    node.do(NOTHING_SENT, "lab clock advance 31d")
    assert node.do("lab ca fault list").strip() != "any http-500 times 1000"  # it was tried
    node.do("lab ca fault clear")
    node.mark()


def quiet(node, act):
    """Run *act*; return its result and whether nothing was sent to the CA meanwhile."""
    node.do(NOTHING_SENT)
    result = act()
    untouched = node.do("lab ca fault list").strip() == "any http-500 times 1000"
    node.do("lab ca fault clear")
    return result, untouched


def without_http_authentication(node):
    node.delete(f"{EST} http-authentication")


def client_certificate(node, name):
    """Let certificate *name* authenticate the EST client."""
    node.configure(
        f'{TLS} cert-profile "client" entry 1 certificate-file "{name}.crt" key-file "{name}.key"',
        f'{TLS} cert-profile "client" admin-state enable',
        f'{TLS} client-tls-profile "lab" cert-profile "client"',
    )


def test_cmpv2_says_that_it_cannot_before_anything_is_sent(outage):
    expire(outage)
    before = outage.pair("gw")
    line, nothing_sent = quiet(outage, lambda: outage.refused(outage.update("gw")))
    assert nothing_sent
    assert "the certificate has expired" in line
    assert "CMPv2" in line
    (failed,) = outage.news(2247)
    assert failed.fields["step"] == 2 and "expired" in failed.fields["reason"]
    assert outage.pair("gw") == before
    assert outage.state("gw")["update-state"] == "wait-for-retry"


def test_cmpv2_goes_on_when_the_operator_imports_a_new_pair(outage):
    expire(outage)
    outage.enrol_cmp("new")
    for end in ("crt", "key"):
        kind = "certificate" if end == "crt" else "key"
        source = "cf3:/new.der" if end == "crt" else "cf3:/new.key"
        outage.do(
            f"admin system security pki import type {kind} format der"
            f' input-url "{source}" output-file "gw.{end}"'
        )
    state = outage.state("gw")
    assert state["update-state"] == "scheduled"
    assert outage.instant("gw", "next-update-time") - outage.now() > timedelta(days=28)
    outage.do(outage.update("gw"))


def test_est_completes_with_http_authentication_and_no_client_certificate(outage):
    expire(outage)
    before = outage.pair("tls")
    outage.do(outage.update("tls"))
    assert outage.stored("tls.crt.previous", "tls.key.previous") == before
    assert outage.state("tls")["update-state"] == "scheduled"


def test_est_completes_by_itself_at_the_next_retry(outage):
    expire(outage)
    before = outage.pair("tls")
    outage.become_due("tls")
    assert outage.pair("tls") != before


def test_est_completes_with_another_client_certificate(outage):
    expire(outage)
    outage.enrol_cmp("other")
    client_certificate(outage, "other")
    without_http_authentication(outage)
    before = outage.pair("tls")
    outage.do(outage.update("tls"))
    assert outage.pair("tls") != before


def test_est_fails_before_anything_is_sent_when_the_certificate_authenticates_itself(outage):
    client_certificate(outage, "tls")
    expire(outage)
    before = outage.pair("tls")
    line, nothing_sent = quiet(outage, lambda: outage.refused(outage.update("tls")))
    assert nothing_sent
    assert "expired" in line and "TLS" in line
    assert outage.pair("tls") == before
    # Repaired by the operator: without a client certificate the password counts.
    outage.delete(f'{TLS} client-tls-profile "lab" cert-profile')
    outage.become_due("tls")
    assert outage.pair("tls") != before


def test_est_is_not_fooled_by_the_same_certificate_under_another_name(outage):
    pki = "admin system security pki"
    outage.do(
        f'{pki} export type certificate format pem input-file "tls.crt" output-url "cf3:/c.pem"',
        f'{pki} export type key format pem input-file "tls.key" output-url "cf3:/k.pem" password "p"',
        f'{pki} import type certificate format pem input-url "cf3:/c.pem" output-file "twin.crt"',
        f'{pki} import type key format pem input-url "cf3:/k.pem" output-file "twin.key"'
        ' password "p"',
    )
    client_certificate(outage, "twin")
    expire(outage)
    line, nothing_sent = quiet(outage, lambda: outage.refused(outage.update("tls")))
    assert nothing_sent
    assert "expired" in line


def test_est_fails_before_anything_is_sent_when_nothing_else_authenticates(outage):
    without_http_authentication(outage)
    expire(outage)
    line, nothing_sent = quiet(outage, lambda: outage.refused(outage.update("tls")))
    assert nothing_sent
    assert "expired" in line
    assert "http-authentication" in line


def test_an_expired_certificate_is_tried_at_every_retry_interval_and_not_more_often(outage):
    expire(outage)
    outage.mark()
    outage.do("lab clock advance 5d")
    failed = [event.time for event in outage.news(2247) if event.names("gw")]
    assert len(failed) == 20
    assert {later - former for former, later in pairwise(failed)} == {timedelta(seconds=RETRY)}
