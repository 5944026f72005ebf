"""``wait until`` on a clock that is set back while it waits: its timeout is what was typed."""

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from srpki.core.clock import FrozenClock
from srpki.core.errors import ResponseTimeoutError
from srpki.device.operations import wait
from srpki.device.operations.call import Call
from srpki.device.sessions import NOBODY

START = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_timeout_is_not_longer_on_a_clock_that_comes_back():
    clock = FrozenClock(START)
    looks = []

    def met():
        looks.append(clock.now())
        if len(looks) == 2:
            clock.advance(-timedelta(days=400))
        return False

    router = SimpleNamespace(clock=clock, laboratory=None)
    call = Call(node=router, caller=NOBODY, inputs={"timeout": 60}, cancel=threading.Event())
    with pytest.raises(ResponseTimeoutError, match="did not happen in 60 seconds"):
        wait._wait(call, "it", met, lambda: "")
    assert looks[-1] - looks[2] <= timedelta(seconds=60)
