"""The options of ``srpki rehearse``."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let *parser* take a configuration, and what is to happen to it."""
    parser.add_argument(
        "configuration",
        metavar="CONFIG",
        help="a saved configuration, or the directory of a node; - for standard input",
    )
    parser.add_argument(
        "--certificates",
        type=Path,
        metavar="DIR",
        help="certificates and CRLs, by the names that the configuration has for them"
        " (default: those of the node, else stand-ins)",
    )
    parser.add_argument(
        "--from",
        dest="start",
        metavar="INSTANT",
        help="when to begin: a date, or RFC 3339 (default: now)",
    )
    parser.add_argument(
        "--for",
        dest="length",
        default="400d",
        metavar="DURATION",
        help="how long, as 90d or 1y (default: 400d)",
    )
    parser.add_argument(
        "--outage",
        action="append",
        default=[],
        metavar="OUTAGE",
        help='when CAs do not answer, in UTC: "[PROFILE:]every day|WEEKDAY HH:MM-HH:MM",'
        ' "FROM..TO" (a date as TO is part of it), or "random N per DURATION for DURATION"; may be'
        " repeated (default: never)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="of random outages (default: 1)"
    )
    parser.add_argument(
        "--ca-life",
        metavar="DURATION",
        help="life of what the CAs issue (default: that of the certificate before)",
    )
    parser.add_argument(
        "--clock-skew",
        default="0s",
        metavar="DURATION",
        help="how far the clocks of the CAs are ahead; behind as --clock-skew=-5m (default: 0s)",
    )
    parser.add_argument(
        "--tries",
        type=int,
        default=3,
        metavar="N",
        help="updates that before-expiry is to leave room for after an outage (default: 3)",
    )
    parser.add_argument(
        "--margin",
        default="1d",
        metavar="DURATION",
        help="what a certificate is to have left when it is renewed (default: 1d)",
    )
    parser.add_argument(
        "--advise",
        action="store_true",
        help="say which before-expiry and retry-interval survive with --margin (default: do not)",
    )
    parser.add_argument(
        "--against",
        metavar="CONFIG",
        help="a changed configuration: say what the change does to each certificate, and judge it"
        " instead (default: none)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object (default: for people)"
    )
    for name, what in (("svg", "as SVG"), ("html", "as a page of HTML")):
        parser.add_argument(
            f"--{name}",
            type=Path,
            metavar="FILE",
            help=f"write it to this file {what} as well (default: none)",
        )
