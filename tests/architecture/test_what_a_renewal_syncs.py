"""How often a renewal waits for the disk: for the swap of its pair, and for nothing else.

And how often it does what takes time: opens files, opens seals, makes contexts for TLS, calls.

A commit waits for none of the records of its entries.

Counted are the calls of fsync, of directories too [docs/adr/0023-what-a-renewal-syncs.md].
"""

import os
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from counting import met
from requests import PreparedRequest

sys.path.insert(0, str(Path(__file__).parents[1] / "scenarios"))

from workbench import workbench

from srpki.engine import by_hand
from srpki.keystore.seal import Seal
from srpki.transport import http
from srpki.x509 import certificates

PKI = "system security pki"
PAIR = 5
"""Two files, their journal, and the names in the directory before and after they take their places."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with workbench(tmp_path_factory.mktemp("syncs") / "node") as bench:
        bench.enrol_cmp("gw-cmp")
        bench.enrol_est("gw-est")
        bench.configure(
            *(
                f'{PKI} certificate-auto-update "gw-{one}.crt" key-file-name "gw-{one}.key"'
                f' profile "lab-{one}"'
                for one in ("cmp", "est")
            )
        )
        yield bench


@pytest.fixture
def synced(monkeypatch):
    """Return the list of what was synced."""
    real, seen = os.fsync, []

    def fsync(descriptor):
        seen.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


@pytest.fixture
def done(bench, monkeypatch):
    """Return a counter of what was done, by names."""
    counts = Counter()

    def counted(owner, name, what, counts_if=lambda *_, **__: True):
        real = getattr(owner, name)

        def count(*arguments, **options):
            counts[what] += counts_if(*arguments, **options)
            return real(*arguments, **options)

        monkeypatch.setattr(owner, name, count)

    seal = bench.router.node.keystore._seal
    counted(os, "open", "opened")
    counted(Seal, "open", "unsealed", lambda self, *_: self is seal)
    counted(http, "make_context", "TLS contexts")
    counted(PreparedRequest, "prepare_url", "requests prepared")
    counted(threading.Thread, "start", "threads begun")
    return counts


def of_renewals(seen):
    return [path for path in seen if "system-pki" in path or "auto-update" in path]


@pytest.mark.parametrize("protocol", ["cmp", "est"])
def test_a_renewal_by_hand_syncs_its_pair_alone(bench, synced, protocol, monkeypatch):
    """What is over at once: of one that takes longer the wish is synced, too, which see below."""
    monkeypatch.setattr(by_hand, "PATIENCE", 60)
    before = bench.pair(f"gw-{protocol}")
    bench.do(f"admin {PKI} update-certificate certificate gw-{protocol}.crt")
    assert bench.pair(f"gw-{protocol}") != before
    assert len(of_renewals(synced)) <= PAIR, synced


def test_a_renewal_that_is_due_syncs_its_pair_alone(bench, synced):
    before = [bench.pair(f"gw-{one}") for one in ("cmp", "est")]
    with bench.lab.clock.stepping():
        bench.lab.clock.move_to(bench.now() + timedelta(days=29, hours=12))
    bench.do("lab clock advance 1s")
    assert not set(before) & {bench.pair(f"gw-{one}") for one in ("cmp", "est")}
    assert len(of_renewals(synced)) <= 2 * PAIR, synced


def test_a_commit_syncs_no_record_of_its_entries(bench, synced):
    records = bench.node / "state" / "auto-update"
    before = len(list(records.iterdir()))
    entry = f'{PKI} certificate-auto-update "later-{{}}.crt" key-file-name "later.key" profile "lab-cmp"'
    bench.configure(*(entry.format(number) for number in range(20)))
    bench.do("show certificate auto-update")
    assert len(list(records.iterdir())) == before + 20
    assert [path for path in met(1, synced) if "auto-update" in path] == []


MOST = {
    "cmp": {"opened": 66, "unsealed": 3, "facts read": 1, "threads begun": 1},
    "est": {"opened": 72, "unsealed": 4, "facts read": 1, "threads begun": 2}
    | {"TLS contexts": 1, "requests prepared": 3},
}
"""What one renewal by hand does, lab CA included. The pair is unsealed when it is decided, the
certificate again before the swap, to see that nobody has replaced it; by EST the password, too,
and the context for TLS is that of the pair."""


@pytest.mark.parametrize("protocol", ["cmp", "est"])
def test_a_renewal_does_nothing_more_often_than_it_must(bench, done, protocol, monkeypatch):
    monkeypatch.setattr(by_hand, "PATIENCE", 60)
    renew = f"admin {PKI} update-certificate certificate gw-{protocol}.crt"
    bench.do(renew)
    done.clear()
    before = certificates.facts.cache_info().misses
    bench.do(renew)
    done["facts read"] = certificates.facts.cache_info().misses - before
    assert {
        what: count for what, count in met(1, done.items()) if count > MOST[protocol].get(what, 0)
    } == {}
