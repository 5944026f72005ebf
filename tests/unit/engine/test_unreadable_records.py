"""Records that the disk does not give for once: what they say still counts when it does."""

from datetime import timedelta

import pytest
from sick import Sick
from troubles import fail_next

from srpki.core.errors import BusyError, RefusedError, StorageError
from srpki.engine.scheduler import Summary
from srpki.x509 import keys


def test_a_reload_that_is_owed_is_not_forgotten_for_a_record_that_cannot_be_read(bench):
    bench.enrol()
    bench.configure(bench.entry())
    fail_next(bench.engine.applications, "gw.crt")
    bench.advance(days=29)
    before, sent = bench.state(), len(bench.requests)
    assert before.pending_reload
    sick = Sick(bench.directory)
    sick.sick = (".json",)
    bench.state_files = sick
    bench.reboot()
    for _ in range(2):
        assert bench.state().update_state == "invalid"
        assert "Input/output error" in bench.state().reason
        with pytest.raises(RefusedError, match="cannot be updated"):
            bench.engine.start()
            bench.engine.update_now("gw.crt")
        assert bench.advance(hours=2) == Summary()
        bench.reboot()
    assert len(bench.requests) == sent
    sick.sick = ()
    assert bench.advance(hours=2) == Summary(updates=1)
    assert bench.state().update_state == "scheduled"
    assert len(bench.requests) == sent  # it went on at 4
    assert 2247 not in bench.numbers()


def test_a_request_that_is_pending_is_not_lost_for_a_record_that_cannot_be_read(bench):
    bench.keystore.put("key", "new.key", keys.private_der(keys.generate(keys.KeySpec("rsa", 2048))))
    bench.configure()
    bench.faults.add("ir waiting seconds 60")
    inputs = {
        "ca-profile": "lab",
        "key-to-certify": "new.key",
        "reference": bench.authority.reference,
        "password": bench.authority.secret,
        "subject-dn": "CN=new",
        "save-as": "cf3:/new.der",
    }
    bench.engine.start()
    requests = bench.engine.requests
    assert requests.ask("initial-registration", inputs).certificate is None
    sick = Sick(bench.directory)
    for part in (".json", "list cmp-requests"):
        sick.sick = (part,)
        bench.state_files = sick
        bench.reboot()
        bench.engine.start()
        requests = bench.engine.requests
        if part == ".json":
            with pytest.raises(StorageError, match=r'what is remembered of "lab": Input/output'):
                requests.poll("lab")
            with pytest.raises(StorageError, match=r'what is remembered of "lab": Input/output'):
                requests.ask("initial-registration", inputs)
        sick.sick = ()
        with pytest.raises(BusyError, match="pending"):
            requests.ask("initial-registration", inputs)
    bench.real.advance(timedelta(minutes=5))
    assert requests.poll("lab").certificate is not None
