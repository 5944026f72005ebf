"""``srpki ca``: its options, one for each thing that the lab CA can do.

Imports of the CA itself wait until it runs: the other commands do not pay for them.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.errors import UsageError
from srpki.frontend.ending import ending_on

if TYPE_CHECKING:  # start-up time
    from srpki.labca.settings import CaSettings

KEYS: Final = {
    "secp256r1": ("ecdsa", 0, "secp256r1"),
    "secp384r1": ("ecdsa", 0, "secp384r1"),
    "secp521r1": ("ecdsa", 0, "secp521r1"),
    "rsa-2048": ("rsa", 2048, ""),
    "rsa-3072": ("rsa", 3072, ""),
    "rsa-4096": ("rsa", 4096, ""),
}
"""Kinds of the CA's own keys: type, size, curve."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let *parser* read the options; `run` runs what they say."""
    parser.set_defaults(run=run)
    _places(parser)
    _issuing(parser.add_argument_group("what is issued"))
    _who_may_enrol(parser.add_argument_group("who may enrol"))
    _protocols(parser.add_argument_group("CMPv2 and EST"))


def _places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dir",
        type=Path,
        metavar="DIR",
        help="where the CA keeps its keys, secrets and certificates (default: nowhere)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON line when ready (default: lines for people)",
    )
    for name, protocol in (("cmp", "CMPv2"), ("est", "EST")):
        parser.add_argument(
            f"--{name}-port",
            type=_port,
            default=0,
            metavar="N",
            help=f"port of {protocol} (default: that of last time in --dir, else any free one)",
        )
    parser.add_argument(
        "--faults", type=Path, metavar="FILE", help="a fault script (default: no faults)"
    )


def _issuing(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--key",
        choices=tuple(KEYS),
        default="secp256r1",
        help="kind of the keys of a new CA (default: %(default)s)",
    )
    group.add_argument(
        "--validity",
        type=_seconds,
        default="30d",
        metavar="TIME",
        help="life of issued certificates, as 90s 30m 12h 30d (default: %(default)s)",
    )
    group.add_argument(
        "--crl-life",
        type=_seconds,
        default="7d",
        metavar="TIME",
        help="life of a CRL (default: %(default)s)",
    )


def _who_may_enrol(group: argparse._ArgumentGroup) -> None:
    for name, what in (
        ("reference", "reference of CMPv2 clients"),
        ("secret", "password of that reference"),
        ("est-username", "user name of EST clients"),
        ("est-password", "password of that user"),
    ):
        group.add_argument(
            f"--{name}",
            default="",
            metavar="TEXT",
            help=f"{what} (default: made up, and kept in --dir)",
        )
    group.add_argument(
        "--vendor-root",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="root certificates (PEM or DER) of a vendor whose devices may enrol with their own"
        " certificates; may be repeated (default: no vendor's)",
    )


def _protocols(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--profile",
        choices=("rfc4210", "rfc9483"),
        default="rfc4210",
        help="how strictly CMPv2 messages are read (default: %(default)s)",
    )
    group.add_argument(
        "--implicit-confirm",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="grant it to CMPv2 clients that ask (default: granted)",
    )
    group.add_argument(
        "--message-time",
        type=_seconds,
        default=0,
        metavar="TIME",
        help="how far the time of a CMPv2 message may be off, as 5m (default: any time is taken)",
    )
    group.add_argument(
        "--est-schemes",
        type=_words,
        default="basic,digest-sha-256,digest-md5",
        metavar="LIST",
        help="how EST users authenticate, in the order of the offers (default: %(default)s)",
    )
    group.add_argument(
        "--wrap-base64",
        choices=("as-needed", "always", "never"),
        default="as-needed",
        help="when EST bodies have several lines; clients of HTTP/1.0 need it"
        " (default: %(default)s)",
    )
    group.add_argument(
        "--csr-attributes",
        type=Path,
        metavar="FILE",
        help="what EST requests must have: CsrAttrs in DER (default: nothing)",
    )
    group.add_argument(
        "--more-cacerts",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="certificates (PEM or DER) that EST hands out beside the CA's own; may be repeated"
        " (default: none)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the lab CA until a signal ends it; return the exit status."""
    from srpki.core.clock import SystemClock  # noqa: PLC0415 - start-up time
    from srpki.core.entropy import SystemEntropy  # noqa: PLC0415 - start-up time
    from srpki.labca.serve import serve  # noqa: PLC0415 - start-up time

    with ending_on((signal.SIGTERM, signal.SIGINT), lambda _: 0):
        return serve(
            options.dir,
            SystemClock(),
            SystemEntropy(),
            _settings(options),
            out=sys.stdout,
            log=sys.stderr,
            stop=threading.Event(),
            as_json=options.json,
            faults=options.faults,
            ports=(options.cmp_port, options.est_port),
        )


def _settings(options: argparse.Namespace) -> CaSettings:
    from srpki.labca.serve import read_certificates, read_content  # noqa: PLC0415 - start-up time
    from srpki.labca.settings import CaSettings  # noqa: PLC0415 - start-up time
    from srpki.x509.keys import KeySpec  # noqa: PLC0415 - start-up time

    kind, size, curve = KEYS[options.key]
    attributes = b"" if options.csr_attributes is None else read_content(options.csr_attributes)
    return CaSettings(
        validity=options.validity,
        crl_life=options.crl_life,
        key=KeySpec(kind, size=size, curve=curve),
        vendor_anchors=tuple(
            one for path in options.vendor_root for one in read_certificates(path)
        ),
        cmp_profile=options.profile,
        implicit_confirm=options.implicit_confirm,
        message_time=options.message_time,
        wrap_base64=options.wrap_base64,
        est_schemes=options.est_schemes,
        csr_attributes=attributes,
        more_ca_certificates=tuple(
            one for path in options.more_cacerts for one in read_certificates(path)
        ),
        reference=options.reference,
        secret=options.secret,
        est_username=options.est_username,
        est_password=options.est_password,
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port")
    return int(text)


def _seconds(text: str) -> int:
    from srpki.core.durations import parse_duration  # noqa: PLC0415 - start-up time

    try:
        return int(parse_duration(text).total_seconds())
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
