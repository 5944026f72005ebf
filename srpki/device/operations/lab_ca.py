"""The ``lab ca`` commands: the CAs of a lab as the tool of who gives a lesson; not SR OS."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.durations import parse_duration
from srpki.core.errors import RefusedError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.done import serial_number
from srpki.device.records.lab import (
    LabCaCreated,
    LabCas,
    LabCaService,
    LabDecision,
    LabFaults,
    LabRevocation,
    LabVendors,
)

if TYPE_CHECKING:
    from srpki.device.lab import LabAuthority, Laboratory
    from srpki.device.node import Node

_POLICY: Final = (
    *("rsa", "dsa", "ecdsa", "names", "life", "add-extension", "approval", "check-after"),
    *("text", "failinfo"),
)


def laboratory_of(node: Node) -> Laboratory:
    """Return the lab of *node*; raises `RefusedError` where there is none."""
    if node.laboratory is None:
        raise RefusedError("the node is not in lab mode", hint="start srpki with --lab")
    return node.laboratory


def _authority(call: Call) -> LabAuthority:
    return laboratory_of(call.node).authority(_name(call))


def _name(call: Call) -> str:
    return call.text("authority", "lab")


def show(call: Call) -> Outcome:
    """Show where the lab CA listens and what enrolls there."""
    return Outcome(data=_authority(call).describe())


def listed(call: Call) -> Outcome:
    """List the CAs of the lab."""
    return Outcome(data=LabCas(authorities=laboratory_of(call.node).authorities()))


def create(call: Call) -> Outcome:
    """Make another CA on the lab's clock, and import its certificates."""
    name = call.text("name")
    made = laboratory_of(call.node).create(name)
    for file, der in made.items():
        call.node.keystore.put("certificate", f"{file}.crt", der)
    files = tuple(f"{file}.crt" for file in made)
    return Outcome(data=LabCaCreated(authority=name, certificates=files))


def start(call: Call) -> Outcome:
    """Let the CA answer again."""
    moved = _authority(call).resume()
    return Outcome(data=LabCaService(authority=_name(call), listens=True, moved=moved))


def stop(call: Call) -> Outcome:
    """Let the CA answer nothing until it is started."""
    _authority(call).halt()
    return Outcome(data=LabCaService(authority=_name(call), listens=False, moved=()))


def revoke(call: Call) -> Outcome:
    """Let the lab CA revoke an imported certificate."""
    name = call.text("certificate")
    der = call.node.keystore.read_certificate(name)
    _authority(call).revoke(der)
    return Outcome(data=LabRevocation(certificate=name, serial_number=serial_number(der)))


# --- faults --------------------------------------------------------------------------------------


def fault_add(call: Call) -> Outcome:
    """Script one fault of the lab CA."""
    words = [call.text("operation"), call.text("action")]
    for name in ("failinfo", "seconds", "after", "times", "from", "to", "every"):
        if name in call.inputs:
            words += [name, str(call.inputs[name])]
    for name, clause in (
        ("text", "text"),
        ("if", "if"),
        ("subject", "for subject ~"),
        ("client", "for client"),
    ):
        if name in call.inputs:
            words += [clause, _quoted(call.text(name))]
    _authority(call).add_fault(" ".join(words))
    return Outcome()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def fault_list(call: Call) -> Outcome:
    """List the faults that wait to happen."""
    return Outcome(data=LabFaults(fault=_authority(call).faults()))


def fault_clear(call: Call) -> Outcome:
    """Forget every scripted fault."""
    _authority(call).clear_faults()
    return Outcome()


# --- policy and approval -------------------------------------------------------------------------


def policy_set(call: Call) -> Outcome:
    """Change the rules that are given."""
    changes = {name: call.inputs[name] for name in _POLICY if name in call.inputs}
    if not changes:
        raise RefusedError("no rule is given", hint=f"one of {' '.join(_POLICY)}")
    _authority(call).change_policy(changes)
    return Outcome(data=_authority(call).policy())


def policy_show(call: Call) -> Outcome:
    """Show the rules."""
    return Outcome(data=_authority(call).policy())


def policy_clear(call: Call) -> Outcome:
    """Have no rules."""
    _authority(call).clear_policy()
    return Outcome(data=_authority(call).policy())


def requests(call: Call) -> Outcome:
    """List what waits for approval."""
    return Outcome(data=_authority(call).requests())


def approve(call: Call) -> Outcome:
    """Approve a request, or all that wait."""
    return _decided(call, approved=True)


def refuse(call: Call) -> Outcome:
    """Refuse a request, or all that wait."""
    return _decided(call, approved=False)


def _decided(call: Call, *, approved: bool) -> Outcome:
    chosen = call.text("request")
    number = None if chosen == "all" else int(chosen)
    found = _authority(call).decide(number, approved=approved, text=call.text("text"))
    return Outcome(data=LabDecision(approved=approved, requests=found))


# --- keys and vendors ----------------------------------------------------------------------------


def rollover_begin(call: Call) -> Outcome:
    """Make a new key of the CA."""
    after, save_as = call.text("after"), call.text("save-as")
    if save_as:
        call.node.files.check_new(save_as)
    made = _authority(call).change_key(
        key_of=call.text("key-of", "issuing"),
        name=call.text("name"),
        new_with_old=bool(call.inputs.get("new-with-old", True)),
        old_with_new=bool(call.inputs.get("old-with-new", True)),
        after=parse_duration(after) if after else timedelta(),
    )
    if save_as:
        from srpki.x509.formats import write_certificates  # noqa: PLC0415 - start-up time

        call.node.files.write(save_as, write_certificates([made], "pem"))
    return Outcome(data=_authority(call).certificates())


def rollover_finish(call: Call) -> Outcome:
    """Hand out no certificate of an old key any more."""
    _authority(call).finish_change()
    return Outcome(data=_authority(call).certificates())


def rollover_show(call: Call) -> Outcome:
    """Show what the CA hands out."""
    return Outcome(data=_authority(call).certificates())


def vendor_add(call: Call) -> Outcome:
    """Let devices of a maker enrol by their own certificates."""
    root = call.node.keystore.read_certificate(call.text("certificate"))
    authority = _authority(call)
    if root not in authority.vendors():
        authority.set_vendors((*authority.vendors(), root))
    return vendor_list(call)


def vendor_clear(call: Call) -> Outcome:
    """Let no maker's devices enrol."""
    _authority(call).set_vendors(())
    return vendor_list(call)


def vendor_list(call: Call) -> Outcome:
    """List the makers' roots."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    subjects = tuple(certificates.facts(one).subject for one in _authority(call).vendors())
    return Outcome(data=LabVendors(authority=_name(call), subjects=subjects))


OPERATIONS: dict[str, Operation] = {
    "lab.ca.approve": approve,
    "lab.ca.create": create,
    "lab.ca.fault.add": fault_add,
    "lab.ca.fault.clear": fault_clear,
    "lab.ca.fault.list": fault_list,
    "lab.ca.list": listed,
    "lab.ca.policy.clear": policy_clear,
    "lab.ca.policy.set": policy_set,
    "lab.ca.policy.show": policy_show,
    "lab.ca.refuse": refuse,
    "lab.ca.requests": requests,
    "lab.ca.revoke": revoke,
    "lab.ca.rollover.begin": rollover_begin,
    "lab.ca.rollover.finish": rollover_finish,
    "lab.ca.rollover.show": rollover_show,
    "lab.ca.show": show,
    "lab.ca.start": start,
    "lab.ca.stop": stop,
    "lab.ca.vendor.add": vendor_add,
    "lab.ca.vendor.clear": vendor_clear,
    "lab.ca.vendor.list": vendor_list,
}
