"""Configurations as operators have them, with mistakes: the report names each.

They and their certificates (made with openssl) were written, and what is to be found in them, before
anybody had looked at how findings are made. One is in braces, one classic, one flat; then a hub whose
sub-CA ends in the middle of the year, a fleet on EST, a classic router with CRLs, and dates that are
easily miscounted.
"""

import json
from pathlib import Path

import pytest
from counting import met

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
HUB = {
    ("tun-01.crt", f'{PKI} ca-profile "west" cert-file'),  # ends with its CA, though renewed
    ("tun-07.crt", f'{PKI} certificate-auto-update "tun-07.crt"'),
    ("tun-09.crt", f'{PKI} certificate-auto-update "tun-09.crt" key-file-name'),
    ("tun-12.crt", f'{PKI} certificate-auto-update "tun-12.crt"'),  # SHA-1
    ("tun-13.crt", f'{PKI} certificate-update-profile "west" key-generation'),
    ("tun-20.crt", f'{PKI} certificate-auto-update "tun-20.crt"'),  # not valid yet
    ("tun-25.crt", f'{PKI} certificate-update-profile "west" before-expiry'),  # in one minute
    ("tun-33.crt", f'{PKI} certificate-auto-update "tun-33.crt"'),  # a serial number twice
    ("tun-35.crt", f'{PKI} ca-profile "old" admin-state'),
    ("tun-40.crt", f'{PKI} certificate-update-profile "east-tight" before-expiry'),
    ("tun-40.crt", f'{PKI} certificate-update-profile "east-tight" cmpv2'),
    ("tun-58.crt", f'{PKI} certificate-auto-update "tun-58.crt"'),  # in other letters
    ("tun-59.crt", f'{PKI} certificate-auto-update "tun-59.crt"'),
    ("east", f'{PKI} ca-profile "east" auto-crl-update'),
}
FLEET = {
    ("est client.crt", f'{PKI} certificate-update-profile "self" before-expiry'),
    ("est client.crt", 'system security tls client-tls-profile "self" cert-profile'),
    ("server-eku.crt", 'system security tls client-tls-profile "weku" cert-profile'),
    ("enc-only.crt", f'{PKI} certificate-auto-update "enc-only.crt"'),
    ("late.crt", f'{PKI} certificate-update-profile "late" after-issue'),
    ("eager.crt", f'{PKI} certificate-update-profile "eager" before-expiry'),
    ("md5.crt", f'{PKI} certificate-update-profile "md5" hash-algorithm'),
    ("md5.crt", f'{PKI} certificate-auto-update "md5.crt"'),
    ("weak.crt", f'{PKI} certificate-update-profile "self" key-generation'),
    ("case.pem", f'{PKI} certificate-update-profile "weak" key-generation'),
    ("case.pem", f'{PKI} certificate-auto-update "case.pem"'),
    ("noserver.crt", f'{PKI} certificate-update-profile "noserver" est'),
    ("off.crt", 'system security tls cert-profile "off" admin-state'),
    (
        "strict.crt",
        'system security tls client-tls-profile "strict" status-verify ee-revocation primary',
    ),
    ("http.crt", f'{PKI} ca-profile "root" cert-file'),  # the root ends in August
}
METRO = {
    ("a", f'{PKI} ca-profile "a" auto-crl-update crl-urls'),  # ended before the start
    ("a", f'{PKI} ca-profile "a" auto-crl-update pre-update-time'),
    ("b", f'{PKI} ca-profile "b" auto-crl-update periodic-update-interval'),
    ("c", f'{PKI} ca-profile "c" auto-crl-update admin-state'),
    ("nc", f'{PKI} ca-profile "nc" auto-crl-update crl-urls'),
    ("gw-c.crt", f'{PKI} ca-profile "d" admin-state'),
    ("gw-nc.crt", f'{PKI} certificate-auto-update "gw-nc.crt"'),  # name constraints
    ("ghost.crt", f'{PKI} certificate-auto-update "ghost.crt" profile'),
    ("nourl.crt", f'{PKI} certificate-update-profile "nourl" cmpv2'),
    ("root.crt", f'{PKI} ca-profile "root" cert-file'),  # root.pem is there
    ("share-2.crt", f'{PKI} certificate-auto-update "share-2.crt" key-file-name'),
    ("short.crt", f'{PKI} certificate-update-profile "short" before-expiry'),
    ("wrong-ca.crt", f'{PKI} certificate-auto-update "wrong-ca.crt" profile'),
    ("dsa.crt", f'{PKI} certificate-update-profile "a" key-generation'),
}
CALENDAR = {
    ("newyear.crt", f'{PKI} certificate-update-profile "day" before-expiry'),
    ("leap.crt", f'{PKI} certificate-update-profile "day" before-expiry'),
    ("forever.crt", f'{PKI} certificate-auto-update "forever.crt"'),
    ("dead.crt", f'{PKI} certificate-auto-update "dead.crt"'),
    ("sunday.crt", f'{PKI} certificate-update-profile "hour" before-expiry'),
    ("oldroot.crt", f'{PKI} ca-profile "root" cert-file'),
    ("revoked.crt", f'{PKI} certificate-auto-update "revoked.crt"'),
    ("ed.crt", f'{PKI} certificate-auto-update "ed.crt"'),
    ("ca-leaf.crt", f'{PKI} certificate-auto-update "ca-leaf.crt"'),
    ("self.crt", f'{PKI} certificate-auto-update "self.crt" profile'),
}
GAPS = {
    "hub": {
        "tun-01.crt": ("2027-06-15T12:00:00Z", None, 'of ca-profile "west" above it has ended'),
        "tun-07.crt": ("2027-05-08T08:07:00Z", None, "no certificate-auto-update entry"),
        "tun-20.crt": ("2026-12-01T00:00:00Z", "2027-01-15T00:00:00Z", "not valid before"),
        "tun-35.crt": ("2027-04-11T09:00:00Z", None, '"old" is down: admin-down'),
        "tun-40.crt": ("2027-05-13T08:40:00Z", None, '"east" is down: expired-crl'),
    },
    "fleet": {
        "est client.crt": ("2026-12-05T00:00:00Z", None, "2026-12-03T12:00:00Z..2026-12-06"),
        "late.crt": ("2026-12-06T00:00:00Z", None, "comes only after it has expired"),
        "enc-only.crt": ("2027-02-01T00:00:00Z", None, '"est client.crt", which authenticates'),
        "http.crt": ("2027-08-01T00:00:00Z", None, 'of ca-profile "root" above it has ended'),
        "md5.crt": ("2027-03-01T00:00:00Z", None, "hash md5 does not go with"),
    },
    "metro": {
        "share-2.crt": ("2027-05-01T00:00:00Z", None, 'key "share.key" does not belong to'),
        "gw-c.crt": ("2027-06-01T00:00:00Z", None, '"d" is down: admin-down'),
    },
    "calendar": {
        "newyear.crt": ("2026-12-31T23:59:59Z", None, "2026-12-30..2027-01-02"),
        "leap.crt": ("2028-02-29T12:00:00Z", None, "2028-02-28..2028-03-01"),
        "sunday.crt": ("2027-03-07T05:30:00Z", None, "every sunday 00:00-06:00"),
        "oldroot.crt": ("2027-03-01T00:00:00Z", None, 'of ca-profile "root" above it has ended'),
        "dead.crt": ("2026-12-01T00:00:00Z", None, "CMPv2 cannot sign with it"),
    },
}
"""From when to when by the dates of the certificates, and what the reason says."""
SUNDAYS = ("--outage", "every sunday 00:00-06:00")


def told(answer):
    """Return the findings of *answer* as pairs of what each concerns and its leaf."""
    return {(name, one["leaf"]) for one in answer["findings"] for name in one["concerns"]}


@pytest.mark.parametrize(
    ("form", "file", "options", "mistakes"),
    [
        ("hub", "router.cfg", ("--outage", "east:2027-06-10..2027-06-20", *SUNDAYS), HUB),
        (
            "fleet",
            "gw-7 saved.cfg",
            (*("--outage", "2026-12-03T12:00:00Z..2026-12-06"), "--for", "300d"),
            FLEET,
        ),
        ("metro", "config.cfg", (*("--outage", "every day 01:00-05:00"), "--for", "200d"), METRO),
        (
            "calendar",
            "running.txt",
            (
                *("--outage", "2026-12-30..2027-01-02", "--outage", "2028-02-28..2028-03-01"),
                *("--outage", "random 2 per 30d for 6h", "--for", "460d", *SUNDAYS),
            ),
            CALENDAR,
        ),
    ],
)
def test_each_hazard_is_named_and_each_gap_has_its_instant_and_cause(
    capsys, form, file, options, mistakes
):
    place = PLACE / form
    given = ("--certificates", str(place / "certificates"), "--from", "2026-12-01", "--json")
    assert main(["rehearse", str(place / file), *given, *options]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert mistakes - told(answer) == set()
    gaps = {one["name"]: one["gaps"] for one in answer["courses"]}
    for name, (start, end, why) in met(2, GAPS[form].items()):
        assert (gaps[name][0]["start"], gaps[name][0]["end"]) == (start, end), name
        assert why in gaps[name][0]["why"], name
    if form == "calendar":  # two CAs in one PKCS#7: the lower one is that of the profile
        assert "due.crt" not in {name for name, found in gaps.items() if found}
        assert "half.crt" not in {name for name, found in gaps.items() if found}
    if form == "fleet":
        itself = next(one for one in answer["findings"] if one["kind"] == "est-by-itself")
        assert "nor enc-only.crt, late.crt, eager.crt, weak.crt and 3 more" in itself["why"]
    if form == "metro":
        assert any(one.startswith("root.pem was not taken for root.crt") for one in answer["said"])
        short = next(one for one in answer["findings"] if "short.crt" in one["concerns"])
        assert "a life of 12 h has no room for that" in short["cure"]


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
    assert mistakes - told(answer) == set()
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
        assert gaps[0]["why"] == "it is not valid before 2027-02-01 00:00:00 UTC"
