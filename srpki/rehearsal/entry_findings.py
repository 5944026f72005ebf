"""Entries, files and profiles that are wanting. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from srpki.pictures.text import moment
from srpki.rehearsal.given import PKI, TLS, by_profile, leaf, profile_leaf
from srpki.rehearsal.material import pairs
from srpki.rehearsal.records import Finding

if TYPE_CHECKING:
    from srpki.config.views import PkiView, UpdateProfile
    from srpki.rehearsal.given import Given


def without_entry(given: Given) -> Iterator[Finding]:
    """Yield certificates that somebody uses and nothing renews."""
    for name, users in used(given.view).items():
        if name in given.view.auto_updates:
            continue
        dates = given.dates(name)
        ends = f"; it ends at {moment(dates[1])} UTC" if dates is not None else ""
        soon = dates is not None and dates[1] <= given.end
        yield Finding(
            kind="without-entry",
            severity="error" if soon else "warning",
            concerns=(name,),
            why=f"{users[0]} uses it and no certificate-auto-update entry renews it{ends}",
            leaf=leaf(PKI, "certificate-auto-update", name=name),
            cure="add an entry with key-file-name and profile",
        )


def used(view: PkiView) -> Mapping[str, Sequence[str]]:
    """Return the users of each certificate file."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, ipsec in view.ipsec_cert_profiles.items():
        for entry in ipsec.entries:
            if entry.cert:
                found[entry.cert].append(f'ipsec cert-profile "{name}"')
    for name, tls in view.cert_profiles.items():
        for one in tls.entries:
            if one.certificate_file:
                found[one.certificate_file].append(f'tls cert-profile "{name}"')
    return found


def cannot_be_updated(given: Given) -> Iterator[Finding]:
    """Yield entries that are invalid as they stand: files or profiles are missing."""
    for name, reason in given.invalid.items():
        entry = given.view.auto_updates[name]
        wanting = "key-file-name" if not entry.key_file_name else "profile"
        where = leaf(PKI, "certificate-auto-update", name=name, last=wanting)
        profile = given.view.update_profiles.get(entry.profile)
        if entry.key_file_name and profile is not None:
            where = profile_leaf(profile.name, profile.protocol)
        yield Finding(
            kind="invalid-entry",
            severity="error",
            concerns=(name,),
            why=f"it is never renewed: {reason}",
            leaf=where,
            cure="configure what is missing",
        )


def missing_files(given: Given) -> Iterator[Finding]:
    """Yield files that the configuration names and nobody has given, or that cannot be read."""
    named = {
        **{name: f'certificate-auto-update "{name}"' for name in given.view.auto_updates},
        **{
            one.cert_file: f'ca-profile "{one.name}" cert-file'
            for one in given.view.ca_profiles.values()
        },
        **{
            one.crl_file: f'ca-profile "{one.name}" crl-file'
            for one in given.view.ca_profiles.values()
        },
    }
    for name, where in named.items():
        problem = given.material.problems.get(name, "")
        if not name or name in given.material.files or not (given.complete or problem):
            continue
        why = f"the file cannot be read: {problem}" if problem else "the file is not there"
        yield Finding(
            kind="missing-file",
            severity="warning",
            concerns=(name,),
            why=f"{why}; a stand-in was rehearsed",
            leaf=leaf(PKI, where),
            cure="export the file from the router, or mend its name",
        )


def bad_dates(given: Given) -> Iterator[Finding]:
    """Yield certificates that are not valid when the rehearsal begins."""
    for name in dict.fromkeys((*given.view.auto_updates, *used(given.view))):
        dates = given.dates(name)
        if dates is None or dates[0] <= given.start <= dates[1]:
            continue
        early = given.start < dates[0]
        yield Finding(
            kind="not-valid",
            severity="error",
            concerns=(name,),
            why=f"it is not valid before {moment(dates[0])} UTC"
            if early
            else f"it ended at {moment(dates[1])} UTC",
            leaf=leaf(PKI, "certificate-auto-update", name=name),
            cure="wait, or have one issued that is valid"
            if early
            else "enrol it anew, and import the pair",
        )


def shut_down(given: Given) -> Iterator[Finding]:
    """Yield profiles that updates go through and that are shut down."""
    for name, plans in by_profile(given).items():
        for path, enabled in _ways(given.view, given.view.update_profiles[name]):
            if not enabled:
                yield Finding(
                    kind="shut-down",
                    severity="error",
                    concerns=tuple(plan.name for plan in plans),
                    why=f"updates go through {path}, which is shut down: each fails",
                    leaf=f"{path} admin-state",
                    cure="enable it",
                )


def _ways(view: PkiView, profile: UpdateProfile) -> Iterator[tuple[str, bool]]:
    """Yield the path of each profile that updates by *profile* need, and whether it is enabled."""
    if profile.protocol == "cmpv2":
        yield f'{PKI} ca-profile "{profile.server}"', view.ca_profiles[profile.server].enabled
        return
    client = view.client_tls_profiles[view.est_profiles[profile.server].client_tls_profile]
    yield f'{TLS} client-tls-profile "{client.name}"', client.enabled
    own = view.cert_profiles.get(client.cert_profile)
    if own is not None:
        yield f'{TLS} cert-profile "{own.name}"', own.enabled
    anchors = view.trust_anchor_profiles[client.trust_anchor_profile].trust_anchors
    known = [view.ca_profiles[name] for name in anchors if name in view.ca_profiles]
    if known and not any(one.enabled for one in known):
        yield f'{PKI} ca-profile "{known[0].name}"', False


def unused(given: Given) -> Iterator[Finding]:
    """Yield IPsec cert-profiles that are shut down, so that nobody uses what is in them."""
    for name, profile in given.view.ipsec_cert_profiles.items():
        if profile.entries and not profile.enabled:
            path = leaf("ipsec", "cert-profile", name=name)
            yield Finding(
                kind="unused",
                severity="note",
                concerns=tuple(one.cert for one in profile.entries if one.cert),
                why=f"{path} is shut down: no tunnel uses what is in it",
                leaf=f"{path} admin-state",
                cure="enable it",
            )


def other_keys(given: Given) -> Iterator[Finding]:
    """Yield entries that write the new key to another file than the one that is read with it."""
    for name, key in pairs(given.view):
        entry = given.view.auto_updates.get(name)
        if entry is None or not key or not entry.key_file_name or key == entry.key_file_name:
            continue
        yield Finding(
            kind="other-key",
            severity="error",
            concerns=(name,),
            why=f'{used(given.view)[name][0]} has the key file "{key}" for it, and the entry'
            f' renews "{entry.key_file_name}": the first does not belong to it any more then',
            leaf=leaf(PKI, "certificate-auto-update", name=name, last="key-file-name"),
            cure="name the same key file in both",
        )


def shared_keys(given: Given) -> Iterator[Finding]:
    """Yield key files of several entries: the first renewal takes the key from the others."""
    users: defaultdict[str, list[str]] = defaultdict(list)
    for name, entry in given.view.auto_updates.items():
        if entry.key_file_name:
            users[entry.key_file_name].append(name)
    for key, names in users.items():
        if len(names) > 1:
            yield Finding(
                kind="shared-key",
                severity="error",
                concerns=tuple(names),
                why=f'they share the key file "{key}", which the first renewal replaces: the'
                " others do not belong to it any more then",
                leaf=leaf(PKI, "certificate-auto-update", name=names[1], last="key-file-name"),
                cure="give each certificate a key of its own",
            )
