"""``update-certificate`` and ``reload``: what changes on disk, what is logged, what is refused."""

import threading
from datetime import timedelta

import pytest
from counting import met

PKI = "admin system security pki"
CONFIGURE_PKI = "system security pki"


@pytest.fixture(autouse=True)
def quiet(bench):
    """The CA without faults, and quick to be given up."""
    bench.do("lab ca fault clear")


@pytest.fixture
def entry(bench, fresh):
    """The name of a pair that the router renews by CMPv2."""
    bench.enrol_cmp(fresh)
    bench.auto_update(fresh, "lab-cmp")
    return fresh


@pytest.fixture
def used(bench, entry):
    """The name of such a pair that an ipsec cert-profile uses."""
    bench.configure(
        f'ipsec cert-profile "{entry}" entry 1 cert "{entry}.crt" key "{entry}.key"',
        f'ipsec cert-profile "{entry}" admin-state enable',
    )
    return entry


def test_an_update_replaces_both_files_and_keeps_the_old_ones_as_previous(bench, entry):
    """File by file as documented [auto-update.md section 3, step 3]."""
    first = bench.pair(entry)
    bench.do(bench.update(entry))
    second = bench.pair(entry)
    assert second[0] != first[0]
    assert second[1] != first[1]
    assert bench.stored(f"{entry}.crt.previous", f"{entry}.key.previous") == first
    bench.do(bench.update(entry))
    assert bench.stored(f"{entry}.crt.previous", f"{entry}.key.previous") == second
    assert len([name for name in bench.router.node.keystore.names() if entry in name]) == 4


def test_an_update_in_the_classic_cli_is_the_same(bench, entry):
    first = bench.pair(entry)
    bench.do(f'admin certificate update-cert "{entry}.crt"', cli="classic")
    assert bench.stored(f"{entry}.crt.previous", f"{entry}.key.previous") == first
    bench.do(f'//admin certificate update-cert "{entry}.crt"')


def test_an_update_is_logged_from_its_start_to_the_reload_of_each_file(bench, used):
    bench.mark()
    bench.do(bench.update(used))
    news = [event for event in bench.news() if event.number in (2245, 2246, 2247, 2101)]
    assert [event.number for event in news] == [2245, 2101, 2101, 2246]
    assert news[0].fields == {
        "certificate": f"{used}.crt", "profile": "lab-cmp", "cause": "by hand"
    }  # fmt: skip
    # Texts, order and subject of the reload events as observed [pki.md sections 7.1 and 12]
    assert [event.text for event in news[1:3]] == [
        f'Key file "{used}.key" has been reloaded.',
        f'Certificate file "{used}.crt" has been reloaded.',
    ]
    assert {event.subject for event in news[1:3]} == {"IPsec"}


@pytest.mark.parametrize(
    ("kind", "generation", "described"),
    [
        ("ecdsa-curve secp384r1", "same-as-existing-key", "P-384"),
        ("rsa-key-size 1024", "same-as-existing-key", "(1024 bit"),
        ("ecdsa-curve secp256r1", "rsa key-size 2048", "(2048 bit"),
        ("rsa-key-size 1024", "ecdsa curve secp521r1", "P-521"),
        ("ecdsa-curve secp256r1", "dsa key-size 1024", "(1024 bit"),
    ],
)
def test_the_new_key_is_of_the_kind_that_the_profile_says(
    bench, fresh, openssl, kind, generation, described
):
    """Step 1: same type and length, or as configured [auto-update.md section 3]."""
    bench.key(fresh, kind)
    bench.do(
        bench.registration(fresh),
        f'{PKI} import type certificate format der input-url "cf3:/{fresh}.der"'
        f' output-file "{fresh}.crt"',
    )
    profile = f'{CONFIGURE_PKI} certificate-update-profile "{fresh}"'
    bench.configure(f'{profile} cmpv2 ca-profile "lab-ca"', f"{profile} {generation}")
    bench.auto_update(fresh, fresh)
    bench.do(
        bench.update(fresh),
        f'{PKI} export type key format pem input-file "{fresh}.key"'
        f' output-url "cf3:/{fresh}.out" password "pw"',
    )
    key = ("pkey", "-in", bench.cf3 / f"{fresh}.out", "-passin", "pass:pw")
    assert described in openssl(*key, "-noout", "-text").decode()
    bench.do(
        f'{PKI} export type certificate format pem input-file "{fresh}.crt"'
        f' output-url "cf3:/{fresh}.pem"'
    )
    certified = openssl("x509", "-in", bench.cf3 / f"{fresh}.pem", "-noout", "-pubkey")
    assert certified == openssl(*key, "-pubout")


def test_an_update_tells_what_it_has_done(bench, entry, openssl):
    """As values; the serial number is openssl's."""

    def serial(name):
        path = bench.cf3 / "serial.der"
        path.write_bytes(bench.router.node.keystore.read_certificate(name))
        shown = openssl("x509", "-inform", "DER", "-in", path, "-noout", "-serial").decode()
        return int(shown.partition("=")[2], 16)

    old = serial(f"{entry}.crt")
    done = bench.router.node.run("pki.update-certificate", {"certificate": f"{entry}.crt"})
    assert done.ok and done.error is None
    assert (done.data.certificate_file_name, done.data.profile) == (f"{entry}.crt", "lab-cmp")
    assert (done.data.old_serial_number, done.data.new_serial_number) == (
        old,
        serial(f"{entry}.crt"),
    )
    assert old != done.data.new_serial_number
    assert (done.data.step, done.data.reason, done.data.next_update_time) == (None, None, None)
    bench.do("lab ca fault add kur reject failinfo badPOP")
    failed = bench.router.node.run("pki.update-certificate", {"certificate": f"{entry}.crt"})
    assert not failed.ok
    assert (failed.data.step, failed.data.new_serial_number) == (2, None)
    assert "badPOP" in failed.data.reason
    shown = bench.instant(entry, "next-update-time")  # to the tenth of a second
    assert timedelta() <= failed.data.next_update_time - shown < timedelta(seconds=0.1)


def test_a_certificate_without_an_entry_is_not_updated(bench, fresh):
    bench.enrol_cmp(fresh)
    assert f"{fresh}.crt" in bench.fails(bench.update(fresh))
    result = bench.router.node.run("pki.update-certificate", {"certificate": f"{fresh}.crt"})
    assert not result.ok
    assert "no certificate-auto-update entry" in str(result.error)


def test_an_invalid_entry_is_not_updated_and_the_reason_is_told(bench, fresh):
    bench.auto_update(fresh, "lab-cmp")
    line = bench.refused(bench.update(fresh))
    assert f'"{fresh}.crt" does not exist' in line
    assert bench.state(fresh) == {"update-state": "invalid"}
    assert f'"{fresh}.crt" does not exist' in bench.reason(fresh)


def test_a_key_that_does_not_belong_makes_the_entry_invalid(bench, fresh):
    bench.enrol_cmp(fresh)
    bench.key(f"{fresh}-2")
    bench.configure(
        f'{CONFIGURE_PKI} certificate-auto-update "{fresh}.crt" key-file-name "{fresh}-2.key"'
        ' profile "lab-cmp"'
    )
    assert "does not belong" in bench.refused(bench.update(fresh))
    assert "does not belong" in bench.reason(fresh)


def test_an_update_in_progress_is_not_started_again(bench, entry):
    """By hand while in-progress: refused with a clear error [auto-update.md section 4]."""
    bench.do("lab ca fault add kur slow seconds 1")
    first = threading.Thread(target=bench.router.node.run, args=(
        "pki.update-certificate", {"certificate": f"{entry}.crt"},
    ))  # fmt: skip
    before = bench.pair(entry)
    first.start()
    try:
        while bench.state(entry)["update-state"] != "in-progress":
            pass
        assert "in progress" in bench.refused(bench.update(entry))
    finally:
        first.join()
    assert bench.pair(entry) != before
    assert bench.state(entry)["update-state"] == "scheduled"


def test_ctrl_c_ends_the_waiting_and_not_the_update(bench, entry):
    before = bench.pair(entry)
    bench.do("lab ca fault add kur slow seconds 1")
    timer = threading.Timer(0.3, bench.interrupt)
    timer.start()
    assert "the update goes on" in bench.refused(bench.update(entry))
    timer.join()
    while bench.state(entry)["update-state"] == "in-progress":
        pass
    assert bench.pair(entry) != before


def test_updates_of_one_ca_are_queued_and_all_of_them_take_place(bench, fresh):
    """One outstanding request per CMPv2 server [auto-update.md section 4]."""
    names = [f"{fresh}-{number}" for number in range(3)]
    for name in names:
        bench.enrol_cmp(name)
        bench.auto_update(name, "lab-cmp")
    before = [bench.pair(name) for name in names]
    bench.do("lab ca fault add kur slow seconds 1")
    results = []
    threads = [
        threading.Thread(
            target=lambda name=name: results.append(
                bench.router.node.run("pki.update-certificate", {"certificate": f"{name}.crt"})
            )
        )
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result.ok for result in met(2, results))
    assert all(bench.pair(name) != old for name, old in zip(names, before, strict=True))


# --- reload ----------------------------------------------------------------------------------------


def reloading(name, key=None):
    return f'{PKI} reload application ipsec certificate "{name}.crt" key "{key or name}.key"'


def held(bench, name):
    return bench.router.node.engine.applications.held(f"{name}.crt", f"{name}.key")


def test_a_file_imported_again_is_used_after_a_reload_and_not_before(bench, used):
    """Re-importing does not change the cache; reload does [pki.md section 7.1]."""
    before = held(bench, used)
    bench.do(
        f'{PKI} est enroll est-profile "lab-est" key "cf3:/system-pki/{used}.key"'
        f' subject-dn "CN={used}" output-file "{used}.crt" force'
    )
    assert held(bench, used) == before
    bench.mark()
    bench.do(reloading(used))
    assert held(bench, used).fingerprint != before.fingerprint
    assert [event.text for event in bench.news(2101)] == [
        f'Key file "{used}.key" has been reloaded.',
        f'Certificate file "{used}.crt" has been reloaded.',
    ]


def test_the_classic_reload_of_the_transcripts_works(bench, used):
    bench.mark()
    bench.do(  # [pki.md 4.1]
        f"admin certificate reload type cert-key-pair {used}.crt protocol ipsec"
        f" key-file {used}.key",
        cli="classic",
    )
    assert len(bench.news(2101)) == 2


def test_a_pair_that_nobody_uses_is_not_reloaded(bench, entry):
    bench.mark()
    assert "no application uses" in bench.refused(reloading(entry))
    assert bench.news(2101) == []


def test_a_pair_with_another_key_is_not_reloaded(bench, used):
    bench.key(f"{used}-2")
    assert "no application uses" in bench.refused(reloading(used, f"{used}-2"))


def test_what_does_not_belong_together_any_more_is_not_taken_into_use(bench, used):
    before = held(bench, used)
    bench.do(
        f'{PKI} generate-keypair save-path "cf3:/{used}-2.key" ecdsa-curve secp256r1',
        f'{PKI} import type key format der input-url "cf3:/{used}-2.key" output-file "{used}.key"',
    )
    bench.mark()
    assert "does not belong" in bench.refused(reloading(used))
    assert held(bench, used) == before
    assert bench.news(2101) == []


# --- one file alone, as the classic CLI can [pki.md 4.1, observed-2.md 14] ------------------------


def classic(bench, rest):
    return bench.do(f"admin certificate reload type {rest}", cli="classic")


def test_a_certificate_alone_is_reloaded(bench, used):
    before = held(bench, used)
    bench.do(
        f'{PKI} est enroll est-profile "lab-est" key "cf3:/system-pki/{used}.key"'
        f' subject-dn "CN={used}" output-file "{used}.crt" force'
    )
    bench.mark()
    classic(bench, f"cert {used}.crt protocol ipsec")
    assert held(bench, used).fingerprint != before.fingerprint
    assert held(bench, used).key is before.key
    texts = [event.text for event in bench.news(2101)]
    assert texts == [f'Certificate file "{used}.crt" has been reloaded.']


def test_a_key_alone_is_reloaded(bench, used):
    before = held(bench, used)
    bench.mark()
    classic(bench, f"key {used}.key protocol ipsec")
    assert held(bench, used).key is not before.key
    assert held(bench, used).fingerprint == before.fingerprint
    assert [event.text for event in bench.news(2101)] == [
        f'Key file "{used}.key" has been reloaded.'
    ]


def test_a_key_that_does_not_fit_the_certificate_in_use_is_refused(bench, used):
    before = held(bench, used)
    bench.do(
        f'{PKI} generate-keypair save-path "cf3:/{used}-2.key" ecdsa-curve secp256r1',
        f'{PKI} import type key format der input-url "cf3:/{used}-2.key" output-file "{used}.key"',
    )
    bench.mark()
    line = f"admin certificate reload type key {used}.key protocol ipsec"
    assert "does not belong" in bench.refused(line, cli="classic")
    classic(bench, f"cert {used}.crt protocol ipsec")  # with the key that is held, it fits
    assert held(bench, used).fingerprint == before.fingerprint
    assert len(bench.news(2101)) == 1


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("cert {used}.crt protocol tls", "no TLS application uses"),
        ("cert {used}.crt protocol ipsec key-file other.key", "no IPsec application uses"),
        ("key {used}.crt protocol ipsec", "no IPsec application uses"),
        ("cert-key-pair {used}.crt protocol ipsec", "Missing parameter. (key-file)"),
    ],
)
def test_what_nobody_uses_so_is_not_reloaded(bench, used, rest, why):
    bench.mark()
    line = f"admin certificate reload type {rest.format(used=used)}"
    assert why in bench.refused(line, cli="classic")
    assert bench.news(2101) == []
