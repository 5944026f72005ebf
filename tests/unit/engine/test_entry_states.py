"""The state of an entry: why it is invalid, how it gets out of that, what changes reset."""

from datetime import timedelta

import pytest
from troubles import fail_next

from srpki.x509 import keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


def test_no_entry_no_state(bench):
    assert bench.engine.states() == {}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (
            'certificate-auto-update "gw.crt" { profile "by-cmp" }',
            "key-file-name is not configured",
        ),
        (
            'certificate-auto-update "gw.crt" { key-file-name "gw.key" }',
            "profile is not configured",
        ),
        (
            'certificate-auto-update "gw.crt" { key-file-name "gw.key" profile "other" }',
            'certificate-update-profile "other" does not exist',
        ),
    ],
)
def test_an_entry_that_lacks_a_profile_or_key_is_invalid_until_it_is_completed(
    bench, entry, reason
):
    bench.enrol()
    bench.configure(entry)
    assert (bench.state().update_state, bench.state().reason) == ("invalid", reason)
    assert bench.state().next_update_time is None
    assert bench.advance(days=40).updates == 0
    bench.configure(bench.entry(profile="by-est"))
    assert bench.state().update_state == "scheduled"
    assert bench.state().reason == ""


@pytest.mark.parametrize(
    ("profile", "gap"),
    [
        ("", "has no ca-profile"),
        ('cmpv2 { ca-profile "none" }', 'ca-profile "none" does not exist'),
        ('cmpv2 { ca-profile "root" }', 'ca-profile "root" has no cmpv2 url'),
        ('cmpv2 { ca-profile "bare" }', 'ca-profile "bare" has no cert-file'),
        ("est { }", "has no est-profile"),
        ('est { est-profile "none" }', 'est-profile "none" does not exist'),
        ('est { est-profile "nowhere" }', 'est-profile "nowhere" has no server'),
        ('est { est-profile "plain" }', 'est-profile "plain" has no client-tls-profile'),
        ('est { est-profile "lost" }', 'client-tls-profile "none" does not exist'),
        ('est { est-profile "naive" }', 'client-tls-profile "naive" has no trust anchor'),
    ],
)
def test_a_profile_that_is_not_complete_makes_the_entry_invalid(bench, profile, gap):
    bench.enrol()
    more = """
        ca-profile "bare" { cmpv2 { url { url-string "127.0.0.1" } } }
        est-profile "nowhere" { client-tls-profile "est" }
        est-profile "plain" { server { ipv4 "127.0.0.1" } }
        est-profile "lost" { server { ipv4 "127.0.0.1" } client-tls-profile "none" }
        est-profile "naive" { server { ipv4 "127.0.0.1" } client-tls-profile "naive" }
    """
    tls = bench.TLS + 'client-tls-profile "naive" { admin-state enable }'
    tested = f'certificate-update-profile "tested" {{ {profile} }}'
    bench.configure(more, tested, bench.entry(profile="tested"), tls=tls)
    assert bench.state().update_state == "invalid"
    assert gap in bench.state().reason


def test_missing_files_make_the_entry_invalid_until_both_are_imported(bench):
    bench.configure(bench.entry(), ipsec="")
    assert bench.state().reason == 'file "gw.crt" does not exist'
    assert bench.texts(2043) == ['Failed to read file "gw.crt": file "gw.crt" does not exist.']
    bench.enrol()
    assert bench.state().update_state == "scheduled"


def test_a_missing_key_makes_the_entry_invalid_until_it_is_imported(bench):
    bench.enrol()
    _, key = bench.pair()
    bench.keystore.remove("gw.key")
    bench.configure(bench.entry())
    assert bench.state().reason == 'file "gw.key" does not exist'
    bench.keystore.put("key", "gw.key", keys.private_der(key))
    bench.engine.file_changed("gw.key")
    assert bench.state().update_state == "scheduled"


def test_files_that_do_not_belong_together_make_the_entry_invalid(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.keystore.put("key", "gw.key", keys.private_der(keys.generate(P256)))
    bench.engine.file_changed("gw.key")
    assert bench.state().update_state == "invalid"
    assert bench.state().reason == 'key "gw.key" does not belong to "gw.crt"'
    bench.enrol()
    assert bench.state().update_state == "scheduled"


def test_a_file_that_was_dropped_in_by_hand_makes_the_entry_invalid(bench):
    bench.enrol()
    (bench.directory / "cf3" / "system-pki" / "gw.crt").write_text("-----BEGIN CERTIFICATE-----")
    bench.configure(bench.entry())
    assert bench.state().update_state == "invalid"
    assert "was not imported" in bench.state().reason
    assert 2043 in bench.numbers()


def failing_reads(bench, wanted):
    """Make the disk fail to give *wanted*; return what ends that."""
    read = bench.files.read

    def refuse(path, limit):
        if path.name == wanted:
            raise OSError(5, "Input/output error")
        return read(path, limit)

    bench.files.read = refuse
    return lambda: setattr(bench.files, "read", read)


@pytest.mark.parametrize("file", ["gw.crt", "gw.key"])
def test_a_disk_that_fails_is_asked_again_without_anybody_telling(bench, file):
    bench.enrol()
    mended = failing_reads(bench, file)
    bench.configure(bench.entry(), ipsec="")
    assert bench.state().update_state == "invalid"
    assert "Input/output error" in bench.state().reason
    bench.advance(hours=2)
    assert bench.state().update_state == "invalid"
    mended()
    bench.advance(hours=1)
    assert bench.state().update_state == "scheduled"


def test_a_disk_that_fails_while_a_retry_is_due_delays_it(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.faults.add("kur http-500")
    bench.advance(days=29)
    mended = failing_reads(bench, "gw.crt")
    assert bench.advance(hours=10).updates == 0
    assert bench.state().update_state == "wait-for-retry"
    mended()
    assert bench.advance(hours=2).updates == 1
    assert bench.state().update_state == "scheduled"


def test_the_reason_is_told_once(bench):
    bench.configure(bench.entry(), ipsec="")
    bench.state()
    bench.configure(bench.entry(), ipsec="")
    bench.state()
    assert len(bench.texts(2043)) == 1


def test_what_goes_wrong_while_nobody_looks_is_noticed_before_anything_is_sent(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.state()
    bench.keystore.put("key", "gw.key", keys.private_der(keys.generate(P256)))  # no notice given
    assert bench.advance(days=29).updates == 0
    assert bench.state().update_state == "invalid"
    assert bench.requests == []


def test_importing_the_file_again_computes_the_schedule_anew(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.advance(days=10)
    bench.enrol()
    assert bench.state().next_update_time == bench.clock.now() + timedelta(days=29)


def test_importing_the_file_again_ends_the_wait_for_a_retry(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.faults.add("kur http-500")
    bench.advance(days=29)
    assert bench.state().update_state == "wait-for-retry"
    bench.enrol()
    assert bench.state().update_state == "scheduled"
    assert bench.state().next_update_time == bench.clock.now() + timedelta(days=29)


def test_importing_the_very_same_file_again_counts_as_an_import(bench):
    certificate = bench.enrol()
    bench.configure(bench.entry())
    bench.faults.add("kur http-500")
    bench.advance(days=29)
    assert bench.advance(minutes=1).updates == 0
    bench.keystore.put("certificate", "gw.crt", certificate)
    bench.engine.file_changed("gw.crt")
    assert bench.state().update_state == "scheduled"
    assert bench.advance(seconds=1).updates == 1


def test_changing_the_entry_ends_the_wait_for_a_retry(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.faults.add("kur http-500")
    bench.advance(days=29)
    bench.configure(bench.entry(profile="by-est"))
    assert bench.state().update_state == "scheduled"
    assert bench.advance(seconds=1).updates == 1
    assert bench.state().update_state == "scheduled"


def test_importing_a_pair_that_is_due_starts_its_update_at_once(bench):
    bench.enrol()
    bench.configure(bench.entry())
    old = bench.enrol(start=bench.clock.now() - timedelta(days=29, hours=1))
    assert bench.advance(seconds=1).updates == 1
    assert bench.pair()[0] != old


def test_an_import_while_a_reload_is_owed_lets_it_happen_at_once(bench):
    bench.enrol()
    bench.configure(bench.entry())
    fail_next(bench.engine.applications, "gw.crt")
    bench.advance(days=29)
    imported = bench.enrol()
    assert bench.advance(seconds=1).updates == 1
    assert bench.engine.applications.held("gw.crt", "gw.key").certificate == imported
    assert bench.state().update_state == "scheduled"


def test_another_schedule_moves_the_deadline(bench):
    bench.enrol()
    bench.configure(bench.entry())
    profiles = bench.PROFILES.replace(
        'cmpv2 { ca-profile "lab" } }', 'cmpv2 { ca-profile "lab" } before-expiry 172800 }'
    )
    bench.configure(bench.entry(), profiles=profiles)
    assert bench.state().next_update_time == bench.clock.now() + timedelta(days=28)


def test_another_configuration_elsewhere_leaves_a_retry_as_it_is(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.faults.add("kur http-500")
    bench.advance(days=29)
    before = bench.state()
    bench.configure(bench.entry(), bench.entry("other"))
    assert bench.state() == before


def test_a_deleted_entry_has_no_state_and_leaves_no_record(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.state()
    bench.configure()
    assert bench.engine.states() == {}
    assert list((bench.directory / "state" / "auto-update").iterdir()) == []
    assert bench.advance(days=40).updates == 0


def test_an_entry_that_is_deleted_and_configured_again_begins_afresh(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.faults.add("kur http-500")
    bench.advance(days=29)
    bench.configure()
    bench.configure(bench.entry())
    assert bench.state().update_state == "scheduled"
    assert bench.state().last_update_start_time is None
    assert bench.advance(seconds=1).updates == 1


def test_files_of_the_legacy_format_make_an_entry_invalid_where_they_are_not_taken(bench):
    bench.enrol()
    bench.keystore.convert("gw.crt", "gw.crt", "legacy", replace=True)
    bench.configure(bench.entry())
    assert bench.state().update_state == "scheduled"
    bench.configure("imported-format secure", bench.entry())
    state = bench.state()
    assert (state.update_state, "legacy format" in state.reason) == ("invalid", True)
    bench.keystore.convert("gw.crt", "gw.crt", "secure", replace=True)
    bench.engine.file_changed("gw.crt")
    assert bench.state().update_state == "scheduled"
