"""Log events of certificates: the numbers and names of SR OS, as values, and a small bus.

Numbers and names: fact sheet ``pki.md`` section 12. Texts: 2095 and 2101 are observed; the others
are decided here, as are the severities (listed in ``docs/explanation/fidelity.md``). What operators
do is told by `srpki.core.operator_events`. An event is its fields; whoever shows it makes the
sentence.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal

from srpki.core.record import Record
from srpki.core.values import NamedTuple

Stream = Literal["main", "security", "change", "debug"]
"""A source that logs take events from."""
Field = str | int | datetime | tuple[str, ...] | None
"""A value that an event has under a name; None where there is none."""


class EventType(NamedTuple):
    """What is the same for every event of one *application* and number.

    *text* is a format string: the sentence, which has the fields, or words for them, by name. The
    events go to the *streams*. Those that are not *generated* wait for the configuration to
    want them.
    """

    number: int
    name: str
    severity: str
    text: str
    application: str = "SECURITY"
    streams: tuple[Stream, ...] = ("main", "security")
    generated: bool = True


class Event(Record):
    """One event that happened at *time* (UTC) to *subject*; *fields* are what it says, by name."""

    time: datetime
    type: EventType
    subject: str
    fields: Mapping[str, Field] = MappingProxyType({})

    def __hash__(self) -> int:
        """Return the same for equals."""
        return hash((self.time, self.type, self.subject))


FILE_READ_FAILED: Final = EventType(
    2043, "tmnxPkiFileReadFailed", "MINOR", 'Failed to read file "{file}": {reason}.'
)
CA_PROFILE_STATE_CHANGE: Final = EventType(
    2045, "tmnxCAProfileStateChange", "MINOR", 'CA profile "{profile}" is {state}{reason}.'
)
CA_PROFILE_ACTION: Final = EventType(
    2083,
    "tmnxPkiCAProfActnStatusChg",
    "MINOR",
    'CMPv2 {action} of CA profile "{profile}" has the status {status}: {detail}.',
)
CHAIN_FAILED: Final = EventType(
    2088,
    "tmnxSecComputeCertChainFailure",
    "MINOR",
    'The chain of certificate "{file}" cannot be computed: {reason}.',
)
CA_PROFILE_UP_BY_CRL_OPTIONAL: Final = EventType(
    2094,
    "tmnxCAProfUpDueToRevokeChkCrlOpt",
    "MINOR",
    'CA profile "{profile}" is up only because its CRL is optional: {crl_flags}.',
)
CERTIFICATE_EXPIRES: Final = EventType(
    2095,
    "tmnxPkiCertBeforeExpWarning",
    "MINOR",
    "Certificate {file} used by {application} will expire"
    " in {hours} hour(s) and {minutes} minute(s).",
)
CERTIFICATE_EXPIRED: Final = EventType(
    2096,
    "tmnxPkiCertAfterExpWarning",
    "MAJOR",
    "Certificate {file} used by {application} has expired.",
)
CERTIFICATE_WARNING_CLEARED: Final = EventType(
    2097,
    "tmnxPkiCertExpWarningCleared",
    "MINOR",
    "The expiration warning of certificate {file} used by {application} is cleared: {reason}.",
)
CRL_EXPIRES: Final = EventType(
    2098,
    "tmnxPkiCRLBeforeExpWarning",
    "MINOR",
    "CRL {file} will expire in {hours} hour(s) and {minutes} minute(s).",
)
CRL_EXPIRED: Final = EventType(
    2099, "tmnxPkiCRLAfterExpWarning", "MAJOR", "CRL {file} has expired."
)
CRL_WARNING_CLEARED: Final = EventType(
    2100,
    "tmnxPkiCRLExpWarningCleared",
    "MINOR",
    "The expiration warning of CRL {file} is cleared: {reason}.",
)
FILE_RELOADED: Final = EventType(
    2101, "tmnxSecNotifFileReloaded", "MINOR", '{kind} file "{file}" has been reloaded.'
)
CRL_UPDATE_STARTED: Final = EventType(
    2105,
    "tmnxPkiCAProfCrlUpdateStart",
    "MINOR",
    'The CRL update of CA profile "{profile}" has started.',
)
CRL_UPDATED: Final = EventType(
    2106,
    "tmnxPkiCAProfCrlUpdateSuccess",
    "MINOR",
    'The CRL of CA profile "{profile}" has been updated from {url}.',
)
CRL_URL_FAILED: Final = EventType(
    2107,
    "tmnxPkiCAProfCrlUpdateUrlFail",
    "MINOR",
    'The CRL of CA profile "{profile}" cannot be updated from {url}: {reason}.',
)
CRL_UPDATE_FAILED: Final = EventType(
    2108,
    "tmnxPkiCAProfCrlUpdAllUrlsFail",
    "MAJOR",
    'The CRL of CA profile "{profile}" cannot be updated from any URL, the last of which is'
    " {url}: {reason}.",
)
FILE_WRITE_FAILED: Final = EventType(
    2109, "tmnxPkiFileWriteFailed", "MAJOR", 'Failed to write file "{file}": {reason}.'
)
CRL_WITHOUT_NEXT_UPDATE: Final = EventType(
    2110,
    "tmnxPkiCAProfCrlUpdNoNxtUpdTime",
    "MINOR",
    'The CRL of CA profile "{profile}" names no next update: its automatic update stops.',
)
CRL_PRE_UPDATE_TOO_LONG: Final = EventType(
    2113,
    "tmnxPkiCAProfCrlUpdLargPreUpdTm",
    "MINOR",
    'The CRL of CA profile "{profile}" is due already by its pre-update-time:'
    " it is updated after retry-interval.",
)
CERTIFICATE_NOT_YET_VALID: Final = EventType(
    2114,
    "tmnxPkiCertNotYetValid",
    "MINOR",
    "Certificate {file} used by {application} is not yet valid.",
)
CRL_NOT_YET_VALID: Final = EventType(
    2115, "tmnxPkiCRLNotYetValid", "MINOR", "CRL {file} is not yet valid."
)
PEER_CERTIFICATE_REFUSED: Final = EventType(
    2116,
    "tmnxAppPkiCertVerificationFailed",
    "MINOR",
    "Verification of certificate {certificate} by {application} failed: {reason}.",
)
KEY_PAIR_GENERATED: Final = EventType(
    2231, "tmnxCertKeyPairGen", "MINOR", "Key pair {url} ({key}): {outcome}."
)
CERTIFICATE_IMPORTED: Final = EventType(
    2232,
    "tmnxCertImport",
    "MINOR",
    'Import of {kind} {url} to "{file}", format {format}: {outcome}.',
)
FILE_EXPORTED: Final = EventType(
    2233,
    "tmnxCertExport",
    "MINOR",
    'Export of {kind} "{file}" to {url}, format {format}: {outcome}.',
)
UPDATE_STARTED: Final = EventType(
    2245,
    "tmnxPkiCertUpdUpdateStarted",
    "MINOR",
    'Update of certificate "{certificate}" with profile "{profile}" has started ({cause}).',
)
UPDATE_FINISHED: Final = EventType(
    2246,
    "tmnxPkiCertUpdUpdateFinished",
    "MINOR",
    'Update of certificate "{certificate}" with profile "{profile}" has finished{detail}.',
)
UPDATE_FAILED: Final = EventType(
    2247,
    "tmnxPkiCertUpdUpdateFailed",
    "MAJOR",
    'Update of certificate "{certificate}" with profile "{profile}" has failed'
    " in step {step}: {reason}.",
)
CHAIN_LACKS_COMPARED_CA: Final = EventType(
    2251,
    "tmnxPkiCertChainCompareCaNoMatch",
    "MINOR",
    'CA profile "{ca_profile}", which entry {entry} of cert-profile "{cert_profile}" includes'
    " in the comparison, is not in the computed chain: {ca_profiles}.",
)
TUNNEL_CERTIFICATE_REFUSED: Final = EventType(
    2044,
    "tmnxPkiCertVerificationFailed",
    "MINOR",
    'Verification of certificate "{certificate}" for emulated tunnel "{tunnel}" failed: {reason}.',
)

# --- IPsec [fields: TIMETRA-IPSEC-MIB] -----------------------------------------------------------

TRUST_ANCHORS_DOWN: Final = EventType(
    2005,
    "tIPSecTrustAnchorPrfOprChg",
    "MINOR",
    'Trust-anchor-profile "{trust_anchor_profile}" has {down} CA profile(s) that are down.',
    "IPSEC",
    ("main",),
)
CHAIN_HASH_CHANGED: Final = EventType(
    2008,
    "tmnxSecNotifCmptedCertHashChngd",
    "MINOR",
    'The hash of the computed chain of entry {entry} of cert-profile "{cert_profile}" has changed:'
    " {ca_profiles}.",
    "IPSEC",
    ("main",),
)
CHAIN_CHANGED: Final = EventType(
    2009,
    "tmnxSecNotifCmptedCertChnChngd",
    "MINOR",
    'The computed chain of entry {entry} of cert-profile "{cert_profile}" has changed:'
    " {ca_profiles}.",
    "IPSEC",
    ("main",),
)
SENT_CHAIN_NOT_COMPUTED: Final = EventType(
    2010,
    "tmnxSecNotifSendChnNotInCmptChn",
    "MINOR",
    'The send-chain of entry {entry} of cert-profile "{cert_profile}" has CA profiles that are'
    " not in the computed chain: {ca_profiles}.",
    "IPSEC",
    ("main",),
)
TUNNEL_STATE_CHANGE: Final = EventType(
    2011,
    "tmnxIPsecTunnelOperStateChange",
    "MINOR",
    'Emulated tunnel "{tunnel}" is {state}{reason}.',
    "IPSEC",
    ("main",),
)

Control = Callable[[EventType], EventType | None]
"""Says as what events of a type are generated, if at all."""


def _as_declared(kind: EventType) -> EventType | None:
    return kind if kind.generated else None


class EventBus:
    """Hands each event that is generated to every listener, in the order of publication."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._listeners: list[Callable[[Event], None]] = []
        self._lock = threading.RLock()
        self._control: Control = _as_declared

    def controlled_by(self, control: Control) -> None:
        """Let *control*, which must not block or raise, say which events are generated."""
        self._control = control

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call *listener* with every later event; it must not block or raise."""
        with self._lock:
            self._listeners.append(listener)

    def publish(
        self, time: datetime, kind: EventType, subject: str, /, **fields: Field
    ) -> Event | None:
        """Make the event of *kind* that says *fields*, hand it out and return it.

        None is returned, and nobody told, where it is not generated.
        """
        wanted = self._control(kind)
        if wanted is None:
            return None
        event = Event(time, wanted, subject, fields)
        with self._lock:
            for listener in self._listeners:
                listener(event)
        return event
