"""The words of ``lab ca fault add`` are those that the lab CA knows."""

import pytest

from srpki.labca import faults
from srpki.protocol.cmp.status import FAIL_INFO
from srpki.schema.operations.lab_faults import FAILURES, FAULT_ACTIONS, FAULT_OPERATIONS
from srpki.schema.tree import LAB_SCHEMA, node_at
from srpki.schema.types import ValueTypeError


def test_operations_actions_and_failures_are_those_of_the_lab_ca():
    assert set(FAULT_OPERATIONS) == set(faults.OPERATIONS)
    assert set(FAULT_ACTIONS) == set(faults.ACTIONS)
    assert set(FAILURES) == set(FAIL_INFO)


@pytest.mark.parametrize("text", ["90s", "45m", "12h", "30d"])
def test_a_duration_has_a_unit(text):
    (duration,) = node_at(LAB_SCHEMA.operations_md, "lab", "clock", "advance").inputs
    assert duration.type.parse(text) == text
    for wrong in (text[:-1], f"-{text}", f"{text} ", "1h30m", ""):
        with pytest.raises(ValueTypeError):
            duration.type.parse(wrong)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("2026-01-31T12:00:00Z", True),
        ("2026-01-31T12:00:00.5+01:00", True),
        ("2026-01-31T12:00:00", False),
        ("2026-01-31", False),
    ],
)
def test_a_time_is_that_of_rfc_3339(text, valid):
    (time,) = node_at(LAB_SCHEMA.operations_md, "lab", "clock", "set").inputs
    if valid:
        assert time.type.parse(text) == text
    else:
        with pytest.raises(ValueTypeError):
            time.type.parse(text)
