"""The oper-state of ca-profiles: what is wrong with their files, and since when until when.

Files are loaded when a profile is enabled and when a setting changes that restarts it; an import
of the same name changes nothing until then [facts: pki.md 7.1, 7.2], except that a file which
could not be loaded is tried again. Dates are judged at the time of asking, so a profile whose
files are not yet valid comes up by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.clock import Clock
from srpki.core.errors import InvalidInputError, RefusedError, SrpkiError
from srpki.core.events import CA_PROFILE_STATE_CHANGE, CA_PROFILE_UP_BY_CRL_OPTIONAL, EventBus
from srpki.schema.state.pki import OPER_FLAGS

if TYPE_CHECKING:
    from srpki.config.views import CaProfile, PkiView
    from srpki.keystore.store import Keystore
    from srpki.x509.certificates import CertificateFacts

FLAGS: Final = OPER_FLAGS.flags
"""The bits of ``oper-flags``, in order; nothing here takes long enough to be *loading*."""
_SECOND: Final = timedelta(seconds=1)
_LAST: Final = datetime.max.replace(tzinfo=UTC) - _SECOND
"""What ends later never does: 99991231235959Z says so [RFC 5280, 4.1.2.5]."""


@dataclass(frozen=True, slots=True)
class OperState:
    """``oper-state`` and ``oper-flags`` of one ca-profile; up when no flag holds it down.

    *crl_ignored* lists the flags of the CRL that only ``crl-optional`` disregards, *unprocessed*
    what the CA certificate asks for in vain: it may refuse chains later on, and keeps nothing down.
    *errors* says of files that are invalid what is wrong with them.
    """

    oper_flags: tuple[str, ...]
    crl_ignored: tuple[str, ...] = ()
    unprocessed: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def up(self) -> bool:
        """Whether the profile may be used."""
        return not self.oper_flags

    @property
    def oper_state(self) -> str:
        """Return ``up`` or ``down``."""
        return "up" if self.up else "down"


@dataclass(frozen=True, slots=True)
class _File:
    """One file as loaded: DER and when it is valid; without DER it could not be loaded."""

    kind: str
    name: str
    der: bytes = b""
    begins: datetime | None = None
    ends: datetime | None = None
    error: str = ""
    unprocessed: tuple[str, ...] = ()

    def flag(self, now: datetime) -> str:
        """Return the flag that this file raises at *now*, or nothing."""
        if not self.der:
            return f"invalid-{self.kind}"
        if self.begins is not None and now < self.begins:
            return f"not-yet-valid-{self.kind}"
        if self.ends is not None and now > self.ends:
            return f"expired-{self.kind}"
        return ""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file that a ca-profile has loaded: *kind* as in ``oper-flags``, and when it is valid."""

    profile: str
    kind: str
    file: str
    begins: datetime
    ends: datetime | None


@dataclass(slots=True)
class _Profile:
    """What is kept of one ca-profile; *shown* is the state that was last told."""

    settings: CaProfile
    files: dict[str, _File]
    shown: OperState


class Authorities:
    """All ca-profiles, with what they have loaded."""

    def __init__(self, clock: Clock, bus: EventBus, keystore: Keystore) -> None:
        """Start without profiles."""
        self._clock = clock
        self._bus = bus
        self._keystore = keystore
        self._lock = threading.RLock()
        self._profiles: dict[str, _Profile] = {}
        self._looked = clock.now()

    def apply(self, view: PkiView) -> bool:
        """Take over a new configuration; profiles that restart load their files again.

        Return whether one came, went or restarted: what others judge by may be another one then.
        """
        with self._lock:
            known, gone = self._profiles, self._profiles.keys() - view.ca_profiles.keys()
            for name in gone:
                del known[name]
            changed = [
                (name, settings)
                for name, settings in view.ca_profiles.items()
                if name not in known or known[name].settings is not settings
            ]
            restarted = [name for name, settings in changed if self._configure(name, settings)]
            now = self._clock.now()
            for name, _ in changed:
                self._look_at(name, known[name], now)
            return bool(gone or restarted)

    def _configure(self, name: str, settings: CaProfile) -> bool:
        """Take over the *settings* of one profile; return whether it came or restarted."""
        known = self._profiles.get(name)
        if known is None:
            known = _Profile(settings, {}, OperState(("admin-down",)))
            self._profiles[name] = known
            changed = True
        else:
            changed = _watched(known.settings) != _watched(settings)
            known.settings = settings
        if not settings.enabled:
            known.files = {}
        elif changed:
            known.files = self._load(settings)
        return changed

    def file_changed(self, file: str) -> None:
        """Try again the profiles that could not load *file*."""
        with self._lock:
            for profile in self._profiles.values():
                for loaded in profile.files.values():
                    if loaded.name == file and not loaded.der:
                        profile.files = self._load(profile.settings)
                        break
            self.look()

    def crl_updated(self, file: str) -> None:
        """Take the CRL *file*, which was downloaded, into use at once: nobody reloads a CRL."""
        with self._lock:
            for profile in self._profiles.values():
                loaded = profile.files.get("crl")
                if loaded is not None and loaded.name == file:
                    issuer = profile.files["cert"].der
                    profile.files["crl"] = self._load_crl(file, issuer)
            self.look()

    # --- reading ---------------------------------------------------------------------------------

    def state(self, name: str) -> OperState:
        """Return the present state of the ca-profile *name*; admin-down when there is none."""
        with self._lock:
            profile = self._profiles.get(name)
            if profile is None:
                return OperState(("admin-down",))
            return _state(profile, self._clock.now())

    def certificate(self, name: str) -> bytes:
        """Return the CA certificate (DER) of *name*; raises `RefusedError` unless it is up."""
        with self._lock:
            state = self.state(name)
            if not state.up:
                raise RefusedError(
                    f'ca-profile "{name}" is down: {" ".join(state.oper_flags)}',
                    hint="see its oper-flags",
                )
            return self._profiles[name].files["cert"].der

    def issuer(self, name: str) -> bytes:
        """Return the CA certificate (DER) of *name*, which is enabled; its CRL does not matter.

        Raises `RefusedError` when the profile is shut down or its certificate cannot be used.
        """
        with self._lock:
            profile = self._profiles.get(name)
            if profile is None or not profile.settings.enabled:
                raise RefusedError(f'ca-profile "{name}" is shut down')
            flag = profile.files["cert"].flag(self._clock.now())
            if flag:
                raise RefusedError(f'ca-profile "{name}" is down: {flag}', hint="see cert-file")
            return profile.files["cert"].der

    def crl(self, name: str, *, valid: bool = True) -> bytes:
        """Return the CRL (DER) that *name* has loaded, empty when there is none.

        *valid* leaves out one that is not valid now.
        """
        with self._lock:
            profile = self._profiles.get(name)
            loaded = profile.files.get("crl") if profile is not None else None
            if loaded is None or (valid and loaded.flag(self._clock.now())):
                return b""
            return loaded.der

    def loaded(self) -> tuple[LoadedFile, ...]:
        """Return every file that is loaded, by profile."""
        with self._lock:
            return tuple(
                LoadedFile(name, one.kind, one.name, one.begins, one.ends)
                for name, profile in self._profiles.items()
                for one in profile.files.values()
                if one.der and one.begins is not None
            )

    def usable(self) -> dict[str, bytes]:
        """Return the CA certificate (DER) of every profile that is up, by its name."""
        with self._lock:
            now = self._clock.now()
            return {
                name: profile.files["cert"].der
                for name, profile in self._profiles.items()
                if _state(profile, now).up
            }

    def certificates(self) -> tuple[bytes, ...]:
        """Return the CA certificates of all profiles that are up: they may stand in chains."""
        return tuple(self.usable().values())

    def issuers_of(self, certificate: bytes) -> tuple[bytes, ...]:
        """Return the CA certificates that may stand above *certificate* (DER), by their names.

        None when it cannot be read, which is for others to say.
        """
        from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

        known, found = self.certificates(), list[bytes]()
        try:
            names = {certificates.facts(certificate).canonical_issuer}
        except InvalidInputError:
            return ()
        while names:
            above = [
                der
                for der in known
                if der not in found and certificates.facts(der).canonical_subject in names
            ]
            found += above
            names = {certificates.facts(der).canonical_issuer for der in above}
        return tuple(found)

    def signing_certificate(self, name: str) -> bytes:
        """Return the response-signing-cert (DER) of *name*, empty when none is configured."""
        with self._lock:
            loaded = self._profiles[name].files.get("cmpv2-signing-cert")
            return loaded.der if loaded is not None else b""

    # --- time ------------------------------------------------------------------------------------

    def next_change(self) -> datetime | None:
        """Return the first instant after the last `look` at which a date changes a state."""
        with self._lock:
            return min(self._instants(), default=None)

    def look(self) -> None:
        """Tell of every profile whose state is no longer the one that was told."""
        with self._lock:
            now = self._looked = self._clock.now()
            for name, profile in self._profiles.items():
                self._look_at(name, profile, now)

    def _look_at(self, name: str, profile: _Profile, now: datetime) -> None:
        state = _state(profile, now)
        if state != profile.shown:
            self._tell(name, profile.shown, state)
            profile.shown = state

    def _instants(self) -> Iterator[datetime]:
        for profile in self._profiles.values():
            for loaded in profile.files.values():
                begins, ends = loaded.begins, loaded.ends
                if begins is not None and begins > self._looked:
                    yield begins
                if ends is not None and self._looked <= ends <= _LAST:
                    yield ends + _SECOND

    def _tell(self, name: str, old: OperState, new: OperState) -> None:
        now = self._clock.now()
        if new.up and new.crl_ignored and new.crl_ignored != old.crl_ignored:
            self._bus.publish(
                now,
                CA_PROFILE_UP_BY_CRL_OPTIONAL,
                "CA",
                profile=name,
                crl_flags=new.crl_ignored,
            )
        if old.oper_flags != new.oper_flags or new.unprocessed != old.unprocessed:
            self._bus.publish(
                now,
                CA_PROFILE_STATE_CHANGE,
                "CA",
                profile=name,
                state=new.oper_state,
                oper_flags=new.oper_flags,
                errors=new.errors,
                unprocessed=new.unprocessed,
            )

    # --- loading ---------------------------------------------------------------------------------

    def _load(self, settings: CaProfile) -> dict[str, _File]:
        files = {"cert": self._load_certificate("cert", settings.cert_file)}
        if settings.crl_file or settings.revocation_check == "crl":
            files["crl"] = self._load_crl(settings.crl_file, files["cert"].der)
        if settings.cmpv2.response_signing_cert:
            files["cmpv2-signing-cert"] = self._load_certificate(
                "cmpv2-signing-cert", settings.cmpv2.response_signing_cert
            )
        return files

    def _load_certificate(self, kind: str, name: str) -> _File:
        from srpki.x509 import certificates, chain  # noqa: PLC0415 - start-up time

        if not name:
            return _File(kind, name, error="no file is configured")
        try:
            der = self._keystore.read_certificate(name)
            facts = certificates.facts(der)
            unprocessed: tuple[str, ...] = ()
            if kind == "cert":
                check_authority(facts)
                unprocessed = chain.unprocessed(der)
        except SrpkiError as error:
            return _File(kind, name, error=error.sentence)
        return _File(kind, name, der, facts.not_before, facts.not_after, unprocessed=unprocessed)

    def _load_crl(self, name: str, issuer: bytes) -> _File:
        from srpki.x509 import crl  # noqa: PLC0415 - start-up time

        if not name:
            return _File("crl", name, error="no file is configured")
        try:
            der = self._keystore.read_crl(name)
            facts = crl.check(der, issuer)
        except SrpkiError as error:
            return _File("crl", name, error=error.sentence)
        return _File("crl", name, der, facts.this_update, facts.next_update)


def check_authority(facts: CertificateFacts) -> None:
    """Raise `InvalidInputError` unless the certificate may be a ca-profile's [pki.md 7.2]."""
    if facts.version != 3:
        raise InvalidInputError("the certificate is not of version 3")
    if not facts.is_ca:
        raise InvalidInputError("the certificate is not one of a CA")
    if facts.key_usage is not None and not {"keyCertSign", "cRLSign"} <= set(facts.key_usage):
        raise InvalidInputError("the key usage lacks keyCertSign or cRLSign")


def _watched(settings: CaProfile) -> tuple[object, ...]:
    """Return the settings whose change makes the profile load its files again."""
    return (
        settings.enabled,
        settings.cert_file,
        settings.crl_file,
        settings.revocation_check,
        settings.cmpv2.response_signing_cert,
    )


def _state(profile: _Profile, now: datetime) -> OperState:
    if not profile.settings.enabled:
        return OperState(("admin-down",))
    raised = {kind: loaded.flag(now) for kind, loaded in profile.files.items()}
    ignored: tuple[str, ...] = ()
    if profile.settings.revocation_check == "crl-optional" and raised.get("crl"):
        ignored = (raised.pop("crl"),)
    flags = tuple(flag for flag in FLAGS if flag in raised.values())
    errors = tuple(profile.files[kind].error for kind in raised if profile.files[kind].error)
    return OperState(flags, ignored, profile.files["cert"].unprocessed, errors)
