"""Each limit that the security page gives: at the limit accepted, one beyond refused.

The numbers stand here as a reader of the page understands them, and nowhere come from the code.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import probes
import probes_running
import pytest
from probes import OverlookedError

from srpki.core.errors import SrpkiError
from srpki.labca.http11 import BadRequestError

PAGE = Path(__file__).parents[2] / "docs/explanation/security.md"
NUMBER = re.compile(r"\b(?:[0-9][0-9,]*(?: [KM]iB)?|a (?:second|minute|day))\b")
KIB, MIB = 1024, 1024 * 1024


@dataclass(frozen=True)
class Limit:
    """One number of the page: it stands in the *row* that begins so, and is *said* so.

    *probe* takes *most*; *beyond* is refused, which `match` of the sentence tells from any other
    refusal.
    """

    row: str
    said: str
    most: int
    probe: Callable
    match: str
    beyond: int = 0


ANSWER, HOLDINGS, ASN1 = "an HTTP answer", "certificates in one", "nesting and elements"
WORK, SCRYPT, FIELDS = "iterations of", "scrypt in", "elements of a name"
CHAIN, EXTENSIONS, NAMES = "signatures tried", "extensions of", "names times"
POLLING, SIZES, TYPED, LAB = "polling", "a certificate, a CSR", "what is typed", "connections to"
READ = "a configuration that"
TOO_DEEP = "too (deep or too long|long or too deep)"
LEFT = "^$"  # nothing is said: it is left alone

LIMITS = (
    Limit(ANSWER, "1 MiB", MIB, probes.http_answer, "longer than 1048576 octets"),
    Limit(ANSWER, "256 KiB", 256 * KIB, probes.cmp_message, "more than 262144 octets"),
    Limit(HOLDINGS, "32", 32, probes.extra_certificates, "more than 32 extraCerts"),
    Limit(HOLDINGS, "32", 32, probes.ca_publications, "more than 32 caPubs"),
    Limit(HOLDINGS, "256", 256, probes.pkcs7_certificates, "more than 256 certificates"),
    Limit(HOLDINGS, "256", 256, probes.pkcs7_crls, "more than 256 crls"),
    Limit(ASN1, "32", 32, probes.indefinite_levels, TOO_DEEP),
    Limit(ASN1, "32", 32, probes.levels_of_a_file, TOO_DEEP),
    Limit(ASN1, "20,000", 20_000, probes.ber_elements, TOO_DEEP),
    Limit(ASN1, "20,000", 20_000, probes.elements_of_a_file, TOO_DEEP),
    Limit(WORK, "100,000", 100_000, probes.pbm_iterations, "PBM iteration count"),
    Limit(WORK, "1,000,000", 1_000_000, probes.pbmac1_iterations, "PBKDF2 iteration count"),
    Limit(WORK, "2,000,000", 2_000_000, probes.iterations_of_a_file, "too many iterations"),
    Limit(WORK, "2,000,000", 2_000_000, probes.scrypt_work, "too many iterations", 2_000_080),
    Limit(SCRYPT, "64 MiB", 64 * MIB, probes.scrypt_memory, "too much memory", 64 * MIB + KIB),
    Limit(FIELDS, "1,000", 1000, probes.elements_of_a_name, TOO_DEEP),
    Limit(FIELDS, "16", 16, probes.depth_of_a_field, TOO_DEEP),
    Limit(CHAIN, "64", 64, probes.signatures, "not signed by the key"),
    Limit(CHAIN, "7", 7, probes.chain_length, "more than 7 certificates"),
    Limit(EXTENSIONS, "128", 128, probes.extensions_of_a_certificate, "more than 128 extensions"),
    Limit(EXTENSIONS, "128", 128, probes.extensions_of_a_crl, "more than 128 extensions"),
    Limit(EXTENSIONS, "64", 64, probes.points_of_a_certificate, LEFT),
    Limit(NAMES, "262,144", 262_144, probes.comparisons, "more names and constraints"),
    Limit(POLLING, "a second", 1, probes_running.cmp_polls_a_second, LEFT),
    Limit(POLLING, "a second", 1, probes_running.est_polls_a_second, LEFT),
    Limit(POLLING, "a day", 86_400, probes_running.cmp_polled_seconds, "did not decide"),
    Limit(
        POLLING,
        "a day",
        86_400,
        probes_running.est_polled_seconds,
        "after 86400 seconds of polling",
    ),
    Limit(POLLING, "1,000", 1000, probes_running.cmp_polls, "after 1000 polls"),
    Limit(POLLING, "1,000", 1000, probes_running.est_polls, "after 1000 seconds of polling"),
    Limit(POLLING, "5,000", 5000, probes_running.steps, "no end after 5000 steps"),
    Limit(SIZES, "64 KiB", 64 * KIB, probes.certificate_size, "the certificate is too long"),
    Limit(SIZES, "64 KiB", 64 * KIB, probes.request_size, "request is too long"),
    Limit(SIZES, "16 MiB", 16 * MIB, probes.crl_size, "the CRL is too long"),
    Limit(SIZES, "8 MiB", 8 * MIB, probes.crl_over_http, "longer than 8388608 octets"),
    Limit(SIZES, "1 MiB", MIB, probes.imported_size, "longer than 1048576 octets"),
    Limit(SIZES, "1 MiB", MIB, probes.file_size, "longer than 1048576 octets"),
    Limit(READ, "64", 64 * MIB, probes_running.configuration_size, "than 67108864 characters"),
    Limit(READ, "2,600", 2600, probes_running.configuration_line, "longer than 2600 characters"),
    Limit(
        READ,
        "2,600",
        2600,
        probes_running.configuration_line_of_the_classic_cli,
        "longer than 2600 characters",
    ),
    Limit(READ, "10,000", 10_000, probes_running.branches_left_out, LEFT),
    Limit(TYPED, "4,194,304", 4_194_304, probes_running.typed_ahead, LEFT),
    Limit(TYPED, "5,200", 5200, probes_running.line_kept, LEFT),
    Limit(TYPED, "2,600", 2600, probes_running.line_obeyed, "longer than 2600 characters"),
    Limit(LAB, "1,200", 1200, probes_running.ports_connections, LEFT),
    Limit(LAB, "256 KiB", 256 * KIB, probes_running.request_at_the_lab_ca, "Too Large"),
    Limit(LAB, "256 KiB", 256 * KIB, probes_running.chunked_request_at_the_lab_ca, "Too Large"),
    Limit(LAB, "a minute", 60, probes_running.seconds_of_a_request, LEFT),
)
REFUSALS = (SrpkiError, OverlookedError, BadRequestError, TimeoutError, AssertionError)


@pytest.fixture
def tools(tmp_path, new_device, monkeypatch):
    """What probes need of the test."""
    return SimpleNamespace(
        directory=tmp_path, device=new_device(), monkeypatch=monkeypatch, view=SimpleNamespace
    )


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.probe.__name__)
def test_as_much_as_the_page_says_is_accepted_and_one_more_is_refused(limit, tools):
    limit.probe(limit.most, tools)
    with pytest.raises(REFUSALS, match=limit.match):
        limit.probe(limit.beyond or limit.most + 1, tools)


def test_the_page_gives_these_limits_and_no_others():
    _, _, rest = PAGE.read_text().partition("| limit | value |\n|---|---|\n")
    rows = [line.strip("| ").split(" | ") for line in rest.partition("\n\n")[0].splitlines()]
    told = {what: set(NUMBER.findall(value)) for what, value in rows}
    held = {
        next(what for what in told if what.startswith(row)): {
            limit.said for limit in LIMITS if limit.row == row
        }
        for row in {limit.row for limit in LIMITS}
    }
    assert len(rows) == 14
    assert held == told
