"""Configurations as operators have them, with mistakes: the report names each.

They and their certificates (made with openssl) were written, and what is to be found in them, before
anybody had looked at how findings are made. One is in braces, one classic, one flat.
"""

import json
from pathlib import Path

import pytest

from srpki.frontend.program import main

PLACE = Path(__file__).parent / "rehearsals"
PKI = "system security pki"
BRACES = {
    ("gw-a.crt", f'{PKI} certificate-update-profile "slow" before-expiry'),
    ("gw-a.crt", f'{PKI} certificate-auto-update "gw-a.crt" key-file-name'),
    ("gw-b.crt", f'{PKI} certificate-auto-update "gw-b.crt"'),  # SHA-1
    ("gw-b.crt", f'{PKI} certificate-update-profile "rsa" key-generation'),
    ("gw-c.crt", f'{PKI} ca-profile "issuing" cert-file'),
    ("gw-d.crt", f'{PKI} certificate-update-profile "greedy" before-expiry'),
    ("old-gw.crt", f'{PKI} certificate-auto-update "old-gw.crt"'),
    ("old-gw.crt", f'{PKI} certificate-auto-update "old-gw.crt" profile'),
    ("vpn.crt", f'{PKI} certificate-auto-update "vpn.crt"'),
    ("exp.crt", f'{PKI} certificate-auto-update "exp.crt"'),
    ("issuing", f'{PKI} ca-profile "issuing" auto-crl-update'),
    ("rsaca", f'{PKI} ca-profile "rsaca" auto-crl-update'),
    ("root", f'{PKI} ca-profile "root" admin-state'),
}
CLASSIC = {
    ("tls.crt", 'system security tls client-tls-profile "est-tls" cert-profile'),
    ("ne1.crt", f'{PKI} certificate-update-profile "by-est" before-expiry'),  # all in one minute
    ("late.crt", f'{PKI} certificate-update-profile "late" after-issue'),
    ("moved.crt", f'{PKI} certificate-auto-update "moved.crt" profile'),
    ("rsaca", f'{PKI} ca-profile "rsaca" auto-crl-update periodic-update-interval'),
    ("root", f'{PKI} ca-profile "root" auto-crl-update admin-state'),
    ("leafy", f'{PKI} ca-profile "leafy" cert-file'),
    ("ne4.crt", 'system security tls client-tls-profile "off-tls" admin-state'),
    ("mac.crt", f'{PKI} certificate-update-profile "md5" hash-algorithm'),
    ("mac.crt", 'ipsec cert-profile "pe2" admin-state'),
}
FLAT = {
    ("edge2.crt", f'{PKI} certificate-update-profile "no-ca" cmpv2'),
    ("edge3.crt", f'{PKI} certificate-update-profile "no-url" cmpv2'),
    ("edge5.crt", f'{PKI} certificate-update-profile "no-url" cmpv2'),
    ("issuing", f'{PKI} ca-profile "issuing" crl-file'),
    ("edge3.crt", f'{PKI} certificate-auto-update "edge3.crt"'),  # not valid yet
    ("edge3.crt", f'{PKI} certificate-auto-update "edge3.crt" key-file-name'),
    ("Edge1.crt", f'{PKI} certificate-auto-update "Edge1.crt"'),
    ("portal.crt", f'{PKI} certificate-auto-update "portal.crt"'),
    ("edge5.crt", f'{PKI} certificate-auto-update "edge5.crt"'),  # revoked
    ("edge4.crt", f'{PKI} certificate-update-profile "est" est'),
    ("rsaca", f'{PKI} ca-profile "rsaca" auto-crl-update retry-interval'),
}


@pytest.mark.parametrize(
    ("form", "options", "mistakes"),
    [
        ("braces", ("--outage", "2027-02-28..2027-03-02", "--ca-life", "90d"), BRACES),
        ("classic", ("--outage", "2027-03-09..2027-03-12", "--for", "100d"), CLASSIC),
        ("flat", ("--outage", "every day 22:00-04:00", "--for", "200d"), FLAT),
    ],
)
def test_each_mistake_is_named_with_its_leaf(capsys, tmp_path, form, options, mistakes):
    place = PLACE / form
    given = ("--certificates", str(place / "certificates"), "--from", "2027-01-01", "--json")
    options += ("--html", str(tmp_path / "report.html"))
    assert main(["rehearse", str(place / "router.cfg"), *given, *options]) == 1
    answer = json.loads(capsys.readouterr().out)
    told = {(name, one["leaf"]) for one in answer["findings"] for name in one["concerns"]}
    assert mistakes - told == set()
    texts = " ".join(one["why"] for one in answer["findings"])
    assert " -" not in texts  # no length of time below nothing
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    below, further = (f'<p style="margin-left: {indent}em">' for indent in (1, 3))
    assert f"<p>Findings:</p>\n{below}error: " in page  # below its title, what to change below it
    assert f"{further}system security pki " in page
    if form == "classic":
        assert "no ECDSA key can" in texts
    if form == "flat":
        gaps = next(one["gaps"] for one in answer["courses"] if one["name"] == "edge3.crt")
        assert gaps[0]["why"] == "it is not valid before 2027/02/01 00:00:00 UTC"
