"""Words that two rooms must share without importing each other are the same words."""

from srpki.labca import faults
from srpki.protocol.cmp.status import FAIL_INFO
from srpki.schema.operations import lab_faults as lab


def test_the_lab_command_offers_every_fault_that_the_lab_ca_knows():
    assert set(lab.FAULT_OPERATIONS) == set(faults.OPERATIONS)
    assert set(lab.FAULT_ACTIONS) == set(faults.ACTIONS)


def test_the_lab_command_offers_every_failure_of_rfc_4210():
    assert set(lab.FAILURES) == set(FAIL_INFO)
