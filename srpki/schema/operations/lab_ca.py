"""``lab ca``: the CAs of a lab, as the tool of who gives a lesson; not SR OS."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import CFLASH_URL, PKI_FILE_NAME
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.operations.lab_faults import FAILURES, FAULT
from srpki.schema.operations.lab_types import AUTHORITY, CA_NAME, DURATION, WORDS
from srpki.schema.types import Boolean, Enumeration, Integer, Text

_SIZES: Final = Text(
    length=(1, 12), patterns=("none|any|(>=|<=)?[0-9]{1,5}|[0-9]{1,5}[.][.][0-9]{1,5}",)
)
_REQUEST: Final = Text(length=(1, 9), patterns=("all|[0-9]+",))

_POLICY: Final = Container(
    name="policy",
    help="What the lab CA certifies, for how long, and who decides",
    children=(
        Action(
            name="clear",
            operation="lab.ca.policy.clear",
            help="Certify whatever a lab CA does by itself",
            inputs=(AUTHORITY,),
        ),
        Action(
            name="set",
            operation="lab.ca.policy.set",
            help="Change the rules that are given, and leave the others",
            inputs=(
                *(
                    Leaf(
                        name=kind,
                        type=_SIZES,
                        help=f'Sizes of {kind.upper()} keys in bits, as ">=3072", none or any',
                    )
                    for kind in ("rsa", "dsa", "ecdsa")
                ),
                Leaf(
                    name="names",
                    type=WORDS,
                    help="Expression that each name must match as a whole, or any",
                ),
                Leaf(name="life", type=DURATION, help="Life of what is issued, as 30d"),
                Leaf(
                    name="add-extension",
                    type=Text(length=(1, 500)),
                    help='What certificates get besides, as "1.2.3.4 critical 0500", or none',
                ),
                Leaf(
                    name="approval",
                    type=Boolean(),
                    help="Whether each request waits until lab ca approve",
                ),
                Leaf(
                    name="check-after",
                    type=Integer("uint32", 1, 86400),
                    units="seconds",
                    help="When a client whose request waits is to ask again",
                ),
                Leaf(name="text", type=WORDS, help="What is said to who is refused"),
                Leaf(
                    name="failinfo",
                    type=Enumeration(FAILURES),
                    help="Reason that CMPv2 names then [RFC 4210 section 5.2.3]",
                ),
                AUTHORITY,
            ),
        ),
        Action(
            name="show",
            operation="lab.ca.policy.show",
            help="Show the rules",
            inputs=(AUTHORITY,),
        ),
    ),
)

_ROLLOVER: Final = Container(
    name="rollover",
    help="Change of the lab CA's key",
    children=(
        Action(
            name="begin",
            operation="lab.ca.rollover.begin",
            help="Make a new key, hand its certificates out, and sign with it from then on",
            inputs=(
                Leaf(
                    name="key-of",
                    type=Enumeration(("issuing", "root")),
                    default="issuing",
                    help="Whose key is changed: that of the issuing CA or of the root",
                ),
                Leaf(name="name", type=Text(length=(1, 64)), help="New common name (the same)"),
                Leaf(
                    name="new-with-old",
                    type=Boolean(),
                    default="true",
                    help="Whether the old key certifies the new one [RFC 4210 section 4.4]",
                ),
                Leaf(
                    name="old-with-new",
                    type=Boolean(),
                    default="true",
                    help="Whether the new key certifies the old one",
                ),
                Leaf(
                    name="after",
                    type=DURATION,
                    help="How long the old key goes on signing, as 10d (not at all)",
                ),
                Leaf(
                    name="save-as",
                    type=CFLASH_URL,
                    help="File on cf3: to write the new certificate to (PEM); it must not exist",
                ),
                AUTHORITY,
            ),
        ),
        Action(
            name="finish",
            operation="lab.ca.rollover.finish",
            help="Hand out no certificate of an old key any more",
            inputs=(AUTHORITY,),
        ),
        Action(
            name="show",
            operation="lab.ca.rollover.show",
            help="Show the certificates that the lab CA hands out",
            inputs=(AUTHORITY,),
        ),
    ),
)

_VENDOR: Final = Container(
    name="vendor",
    help="Makers of devices whose own certificates may enrol",
    children=(
        Action(
            name="add",
            operation="lab.ca.vendor.add",
            help="Let devices of a maker enrol",
            positional=("certificate",),
            inputs=(
                Leaf(
                    name="certificate",
                    type=PKI_FILE_NAME,
                    mandatory=True,
                    help="Imported certificate of the maker's root",
                ),
                AUTHORITY,
            ),
        ),
        Action(
            name="clear",
            operation="lab.ca.vendor.clear",
            help="Let no maker's devices enrol",
            inputs=(AUTHORITY,),
        ),
        Action(
            name="list",
            operation="lab.ca.vendor.list",
            help="List the makers' roots",
            inputs=(AUTHORITY,),
        ),
    ),
)


def _decision(name: str, what: str, *more: Leaf) -> Action:
    return Action(
        name=name,
        operation=f"lab.ca.{name}",
        help=f"{what} a request that waits",
        positional=("request",),
        inputs=(
            Leaf(
                name="request",
                type=_REQUEST,
                mandatory=True,
                help="Number in lab ca requests, or all",
            ),
            *more,
            AUTHORITY,
        ),
    )


def _simple(name: str, what: str) -> Action:
    return Action(name=name, operation=f"lab.ca.{name}", help=what, inputs=(AUTHORITY,))


CA: Final = Container(
    name="ca",
    help="CA of the lab: where it is, what it certifies, and its faults",
    children=(
        _decision("approve", "Approve"),
        Action(
            name="create",
            operation="lab.ca.create",
            help="Make another CA, on the same clock, and import its certificates",
            positional=("name",),
            inputs=(Leaf(name="name", type=CA_NAME, mandatory=True, help="Name of the new CA"),),
        ),
        FAULT,
        Action(name="list", operation="lab.ca.list", help="List the CAs of the lab", inputs=()),
        _POLICY,
        _decision(
            "refuse", "Refuse", Leaf(name="text", type=WORDS, help="What is said to who asked")
        ),
        _simple("requests", "List the requests that wait for approval"),
        Action(
            name="revoke",
            operation="lab.ca.revoke",
            help="Let the lab CA revoke an imported certificate; nothing undoes it",
            positional=("certificate",),
            inputs=(
                Leaf(
                    name="certificate",
                    type=PKI_FILE_NAME,
                    mandatory=True,
                    help="Imported certificate that the lab CA has issued",
                ),
                AUTHORITY,
            ),
        ),
        _ROLLOVER,
        _simple("show", "Show where the lab CA is and what it expects"),
        _simple("start", "Let the lab CA answer again"),
        _simple("stop", "Let the lab CA answer nothing, over restarts too, until it is started"),
        _VENDOR,
    ),
)
