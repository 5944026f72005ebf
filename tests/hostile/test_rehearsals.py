"""Configurations and certificates of strangers: bounded, no links, no path that leads out."""

import json
import os

import pytest
from issuing import Ca
from rehearsed import DAY, START, configuration, entry, material, profile, terms

from srpki.core.errors import SrpkiError, UsageError
from srpki.frontend.program import main
from srpki.rehearsal import run
from srpki.rehearsal.material import MOST_ENTRIES, Directory
from srpki.rehearsal.run import rehearse


@pytest.fixture(scope="module")
def ca():
    return Ca(START, "O=Op,CN=Root")


@pytest.mark.parametrize(
    "name", ["../gw.crt", "/etc/passwd", ".hidden", "a/b", "x\x00y", "a:b", ""]
)
def test_no_name_leads_out_of_the_directory(tmp_path, ca, name):
    (tmp_path / "gw.crt").write_bytes(ca.issue())
    inner = tmp_path / "inner"
    inner.mkdir()
    with pytest.raises(SrpkiError):
        Directory(inner)(name, "certificate")


def test_no_link_is_followed_and_no_device_opened(tmp_path, ca):
    (tmp_path / "secret.crt").write_bytes(ca.issue())
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "gw.crt").symlink_to(tmp_path / "secret.crt")
    os.mkfifo(inner / "pipe.crt")
    for name in ("gw.crt", "pipe.crt"):
        with pytest.raises(SrpkiError):
            Directory(inner)(name, "certificate")


def test_what_is_no_certificate_is_said_and_stood_in_for(tmp_path, capsys):
    path = tmp_path / "router.cfg"
    path.write_text(configuration(profile("p", "cmpv2 lab"), entry("gw", "p")))
    files = tmp_path / "files"
    files.mkdir()
    (files / "gw.crt").write_bytes(b"\x30\x84\xff\xff\xff\xff" + bytes(1000))
    (files / "root.crt").write_bytes(
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    )
    (files / "issuing.crt").write_bytes(bytes(2 << 20))
    status = main(["rehearse", str(path), "--certificates", str(files), "--for", "10d", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert status == 0
    missing = {one["concerns"][0] for one in found["findings"] if one["kind"] == "missing-file"}
    assert missing == {"gw.crt", "root.crt", "issuing.crt"}


def test_there_are_no_more_entries_than_a_router_has():
    text = configuration(
        profile("p", "cmpv2 lab"), *(entry(f"c{n}", "p") for n in range(MOST_ENTRIES + 1))
    )
    with pytest.raises(UsageError, match="257 certificates"):
        material(text)


def test_too_many_updates_are_left_to_the_model(monkeypatch):
    monkeypatch.setattr(run, "MOST_ATTEMPTS", 100)
    text = configuration(profile("p", "cmpv2 lab", retry=60, before=10 * 86400), entry("gw", "p"))
    asked = terms("2027-12-22..2027-12-30", days=400)
    found = rehearse(material(text), asked)
    (course,) = found.courses
    assert found.by == "model"
    assert course.failures == 9 * 1440
    assert len(course.failed) <= 51
    monkeypatch.setattr(run, "MOST_MODELLED", 1000)
    found = rehearse(material(text), asked)
    assert found.reached < asked.end
    assert found.courses[0].failures <= 1000


def test_ctrl_c_at_the_model_gives_what_is_known_so_far(monkeypatch):
    """As at the engine; the updates of all certificates are looked at in order."""
    monkeypatch.setattr(run, "MOST_ATTEMPTS", 10)
    text = configuration(profile("p", "cmpv2 lab"), *(entry(name, "p") for name in "ab"))
    told = []

    def tell(at, count):
        told.append(at)
        if len(told) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(run, "_TOLD", 10)
    asked = terms(days=100, life=2 * DAY)
    found = rehearse(material(text), asked, tell=tell)
    assert found.reached == told[-1] < asked.end
    assert [course.gaps for course in found.courses] == [(), ()]
    assert [len(course.renewals) for course in found.courses] in ([6, 5], [5, 6])


def test_certificates_that_lie_about_dates_and_issuers_end_in_no_loop(ca):
    circle = Ca(START, "CN=A")
    other = Ca(START, "CN=B")
    a = other._made(circle.name, circle.key, -1, 24 * 100, ca=True)
    b = circle._made(other.name, other.key, -1, 24 * 100, ca=True)
    text = configuration(profile("p", "cmpv2 lab"), entry("gw", "p"))
    files = {"root.crt": a, "issuing.crt": b, "gw.crt": circle.issue("CN=gw", start=9000, end=9001)}
    found = rehearse(material(text, files), terms(days=5))
    assert found.courses[0].gaps[0].start == START
