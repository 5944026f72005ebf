"""The language of checks: what is read, and what is refused with its place."""

from datetime import UTC, datetime, time, timedelta

import pytest

from srpki.core.errors import InvalidInputError
from srpki.training.language.parsing import parse
from srpki.training.language.tree import After, All, Condition, Later, Not, Some, Through, ahead


def test_a_condition():
    found = parse('entry "gw 1.crt" state == scheduled')
    assert found == Condition(
        subject="entry",
        words=("gw 1.crt",),
        property="state",
        operator="==",
        value="scheduled",
    )


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("cert a.crt is new and cert b.crt is new", All),
        ("cert a.crt is new or cert b.crt is new and key a.key exists", Some),
        ("not cert a.crt is new", Not),
        ("(cert a.crt is new)", Condition),
        ("in 60d entry a.crt state == scheduled and entry a.crt failures == 0", Later),
        ("never event 2247 about a.crt", Through),
        ("always event 2247 count <= 3", Through),
        ("after event 2247 about a.crt message kur sent == 1", After),
    ],
)
def test_how_conditions_are_joined(line, kind):
    assert isinstance(parse(line), kind)


def test_a_prefix_applies_to_all_that_follows():
    found = parse("key a.key exists and (in 1d cert a.crt valid and cert b.crt valid)")
    assert {one.duration for one in ahead(found)} == {timedelta(days=1)}
    assert isinstance(found, All)
    assert len(found.parts) == 2


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("cert a.crt remaining >= 20d", timedelta(days=20)),
        ("cert a.crt remaining < -2h", timedelta(hours=-2)),
        ("cert a.crt key-size >= 3072", 3072.0),
        ("entry a.crt next >= 02:00", time(2, 0)),
        ("entry a.crt next > now", "now"),
        ("cert a.crt not-after > 2027-03-01T09:00:00+01:00", datetime(2027, 3, 1, 8, tzinfo=UTC)),
        ('cert a.crt san == "IP:192.0.2.1, DNS:gw"', ("DNS:gw", "IP:192.0.2.1")),
        ('config system security pki certificate-update-profile "x y" retry-interval == 60', 60.0),
        ("config /configure system name == gw", "gw"),
    ],
)
def test_values(line, value):
    assert parse(line).value == value


@pytest.mark.parametrize(
    "line",
    [
        "cert a.crt is initial b.crt",
        "cert a.crt belongs to a.key",
        "cert a.crt chains to lab-ca",
        "file cf3:/a.txt absent",
        "crl lab-ca lists 1f",
        "event ipsec:2005 seen",
        "event 2245 about a.crt each >= 02:00 and event 2245 each < 04:00",
        "event 2245 before event 2246",
        "event 2245 within 10m of event 2246",
        "message kur to second received == 0",
        "message any failinfo has badCertTemplate",
        'typed "admin .* update-certificate" count == 1',
        "typed reboot",
        "commands <= 20",
        "config unchanged",
        "config unchanged except /configure system security pki certificate-update-profile x",
        'config unchanged except ["system name", system security pki]'.replace('"', ""),
        "config saved",
        "state system security pki certificate-auto-update a.crt update-state == scheduled",
        "answer 1 correct",
        "time elapsed < 30m",
        "clock now < 2028-01-01T00:00:00Z",
    ],
)
def test_subjects_and_properties(line):
    parse(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "empty"),
        ("cert", "at the end: FILE"),
        ("cert a.crt", "at the end: cert has no such property"),
        ("cert a.crt new", "column 12, at 'new'"),
        ("cert a.crt key-size ~ 3", "column 21, at '~'"),
        ("cert a.crt key-size == three", "'three' is not a number"),
        ("cert a.crt key-size == nan", "'nan' is not a number"),
        ("cert a.crt remaining == 3", "is not a duration"),
        ("cert a.crt not-after == 2027", "is no time"),
        ("cert a.crt is new cert", "column 19, at 'cert'"),
        ("(cert a.crt is new", "at the end: ) is expected"),
        ("in 5d in 5d cert a.crt valid", "in cannot stand within in"),
        ("in 200y cert a.crt valid", "is not a duration"),
        ("in 90y cert a.crt valid", "ten years"),
        ("always cert a.crt valid", "cert is known of now alone"),
        ("after event 2247 entry a.crt state == scheduled", "entry is known of now alone"),
        ("config system nam == x", "'nam' is not in the schema"),
        ('typed "(" ', "is no regular expression"),
        ('cert "a.crt is new', "a quotation mark"),
        ("not " * 40 + "cert a.crt valid", "nested more than"),
        ("(" * 40 + "cert a.crt valid", "nested more than"),
        ("x" * 3000, "longer than"),
    ],
)
def test_a_mistake_is_named_with_its_place(line, said):
    with pytest.raises(InvalidInputError) as caught:
        parse(line)
    assert said in str(caught.value)
