"""Makes the views: reads the values of one tree, with defaults, into `views.PkiView`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar, cast

from srpki.config import views
from srpki.config.defaults import effective
from srpki.config.tree import EMPTY, Branch, Entries, get
from srpki.schema.configure import protocols
from srpki.schema.nodes import ListNode
from srpki.schema.paths import path
from srpki.schema.tree import SCHEMA, node_at

View = TypeVar("View")
_PKI = ("system", "security", "pki")
_TLS = ("system", "security", "tls")
_KEY_GENERATIONS = ("same-as-existing-key", "rsa", "dsa", "ecdsa")


def view(
    tree: Branch,
    open_secret: Callable[[str], str],
    last: tuple[Branch, views.PkiView] | None = None,
) -> views.PkiView:
    """Return what the engine reads of *tree*; *open_secret* opens the token of a secret.

    Give the *last* tree with its view, that only what has changed need be read; what has not
    changed is the same object then.
    """
    settings = effective(SCHEMA.configure, tree, lists=False)
    pki = _in(settings, "system", "security", "pki")
    lists = _Lists(tree, last)
    in_pki = partial(lists.records, _PKI)
    in_tls = partial(lists.records, _TLS)
    in_ipsec = partial(lists.records, ("ipsec",))
    return views.PkiView(
        system_name=_text(_in(settings, "system"), "name"),
        certificate_display_format=_any(pki, "certificate-display-format"),
        dynamic_ca=_flag(pki, "dynamic-ca"),
        imported_format=_any(pki, "imported-format"),
        maximum_cert_chain_depth=_any(pki, "maximum-cert-chain-depth"),
        certificate_expiration_warning=_warning(_in(pki, "certificate-expiration-warning")),
        crl_expiration_warning=_warning(_in(pki, "crl-expiration-warning")),
        ca_profiles=in_pki("ca-profile", "ca_profiles", partial(_ca_profile, open_secret)),
        est_profiles=in_pki("est-profile", "est_profiles", partial(_est_profile, open_secret)),
        update_profiles=in_pki("certificate-update-profile", "update_profiles", _update_profile),
        auto_updates=in_pki("certificate-auto-update", "auto_updates", _auto_update),
        cert_profiles=in_tls("cert-profile", "cert_profiles", _tls_cert_profile),
        cipher_lists=in_tls("client-cipher-list", "cipher_lists", _cipher_list),
        group_lists=in_tls(
            "client-group-list", "group_lists", lambda _, of: _ordered(of, "tls13-group")
        ),
        signature_lists=in_tls(
            "client-signature-list",
            "signature_lists",
            lambda _, of: _ordered(of, "tls13-signature"),
        ),
        client_tls_profiles=in_tls(
            "client-tls-profile", "client_tls_profiles", _client_tls_profile
        ),
        common_name_lists=in_pki("common-name-list", "common_name_lists", _common_names),
        server_cipher_lists=in_tls("server-cipher-list", "server_cipher_lists", _cipher_list),
        server_group_lists=in_tls(
            "server-group-list", "server_group_lists", lambda _, of: _ordered(of, "tls13-group")
        ),
        server_tls_profiles=in_tls(
            "server-tls-profile", "server_tls_profiles", _server_tls_profile
        ),
        trust_anchor_profiles=in_tls(
            "trust-anchor-profile", "trust_anchor_profiles", _trust_anchor_profile
        ),
        ipsec_cert_profiles=in_ipsec("cert-profile", "ipsec_cert_profiles", _ipsec_cert_profile),
        ipsec_trust_anchor_profiles=in_ipsec(
            "trust-anchor-profile", "ipsec_trust_anchor_profiles", _trust_anchor_profile
        ),
        transmission_profiles=lists.records(
            ("system",), "transmission-profile", "transmission_profiles", _transmission_profile
        ),
    )


class _Lists:
    """Makes one record an entry, but for entries that the *last* tree had already."""

    def __init__(self, tree: Branch, last: tuple[Branch, views.PkiView] | None) -> None:
        self._tree = tree
        self._last = last

    def records(
        self, place: tuple[str, ...], name: str, field: str, make: Callable[[str, Branch], View]
    ) -> Mapping[str, View]:
        """Return the records of the list *name* at *place*, for the *field* of the view."""
        where = path(*place, name)
        entries = get(self._tree, where)
        before = Entries()
        made: Mapping[str, View] = {}
        if self._last is not None:
            tree, view = self._last
            known = get(tree, where)
            made = cast("Mapping[str, View]", getattr(view, field))
            if known is entries:
                return made
            before = known if isinstance(known, Entries) else before
        node = node_at(SCHEMA.configure, *place, name)
        assert isinstance(node, ListNode)
        if not isinstance(entries, Entries):
            return {}
        fresh = {
            keys[0]: make(str(keys[0]), effective(node, entry))
            for keys, entry in entries.changed(before)
        }
        names = cast("list[str]", [keys[0] for keys in entries])
        return {name: fresh[name] if name in fresh else made[name] for name in names}


# --- reading one value: the schema has checked its type -------------------------------------------


def _any(branch: Branch, name: str) -> Any:
    return branch.get(name)


def _text(branch: Branch, name: str) -> str:
    value = branch.get(name)
    return value if isinstance(value, str) else ""


def _flag(branch: Branch, name: str) -> bool:
    return branch.get(name) is True


def _enabled(branch: Branch) -> bool:
    return branch.get("admin-state") == "enable"


def _in(branch: Branch, *names: str) -> Branch:
    for name in names:
        below = branch.get(name)
        branch = below if isinstance(below, Branch) else EMPTY
    return branch


def _items(branch: Branch, name: str) -> Iterator[tuple[Any, Branch]]:
    entries = branch.get(name)
    if isinstance(entries, Entries):
        yield from ((keys[0], entry) for keys, entry in entries.items())


def _sorted(branch: Branch, name: str) -> list[tuple[int, Branch]]:
    return sorted(_items(branch, name), key=lambda item: item[0])


def _names(branch: Branch, name: str) -> tuple[str, ...]:
    return tuple(key for key, _ in _items(branch, name))


def _ordered(branch: Branch, name: str) -> tuple[str, ...]:
    return tuple(_text(entry, "name") for _, entry in _sorted(branch, name))


# --- one view each --------------------------------------------------------------------------------


def _warning(branch: Branch) -> views.ExpirationWarning:
    return views.ExpirationWarning(
        hours=_any(branch, "hours"), repeat_hours=_any(branch, "repeat-hours")
    )


def _ca_profile(open_secret: Callable[[str], str], name: str, entry: Branch) -> views.CaProfile:
    ocsp, crl = _in(entry, "ocsp"), entry.get("auto-crl-update")
    return views.CaProfile(
        name=name,
        enabled=_enabled(entry),
        description=_text(entry, "description"),
        cert_file=_text(entry, "cert-file"),
        crl_file=_text(entry, "crl-file"),
        revocation_check=_any(entry, "revocation-check"),
        ocsp=views.Ocsp(
            responder_url=_text(ocsp, "responder-url"),
            service_name=_text(ocsp, "service-name"),
            transmission_profile=_text(ocsp, "transmission-profile"),
        ),
        cmpv2=_cmpv2(_in(entry, "cmpv2"), open_secret),
        auto_crl_update=_auto_crl_update(crl) if isinstance(crl, Branch) else None,
    )


def _cmpv2(entry: Branch, open_secret: Callable[[str], str]) -> views.Cmpv2:
    accept, http, url = (_in(entry, name) for name in ("accept-unprotected-message", "http", "url"))
    passwords = {
        reference: views.Secret(_text(key, "password"), open_secret)
        for reference, key in _items(_in(entry, "key-list"), "key")
        if _text(key, "password")
    }
    return views.Cmpv2(
        always_set_sender_for_ir=_flag(entry, "always-set-sender-for-ir"),
        same_recipient_nonce_for_poll_request=_flag(entry, "same-recipient-nonce-for-poll-request"),
        signing_cert_subject=_text(entry, "signing-cert-subject"),
        response_signing_use_extracert=_flag(entry, "response-signing-use-extracert"),
        response_signing_cert=_text(entry, "response-signing-cert"),
        recipient_subject=_text(entry, "recipient-subject"),
        accept_unprotected_error_message=_flag(accept, "error-message"),
        accept_unprotected_pkiconf_message=_flag(accept, "pkiconf-message"),
        http=views.CmpHttp(
            response_timeout=_any(http, "response-timeout"), version=_text(http, "version")
        ),
        url=views.CmpUrl(
            url_string=_text(url, "url-string"),
            service_name=_text(url, "service-name"),
            transmission_profile=_text(url, "transmission-profile"),
        ),
        key_list=passwords,
    )


def _auto_crl_update(entry: Branch) -> views.AutoCrlUpdate:
    return views.AutoCrlUpdate(
        enabled=_enabled(entry),
        periodic_update_interval=_any(entry, "periodic-update-interval"),
        pre_update_time=_any(entry, "pre-update-time"),
        retry_interval=_any(entry, "retry-interval"),
        schedule_type=_any(entry, "schedule-type"),
        crl_urls=tuple(
            views.CrlUrl(
                entry_id=number,
                url=_text(url, "url"),
                transmission_profile=_text(url, "transmission-profile"),
            )
            for number, url in _sorted(_in(entry, "crl-urls"), "url-entry")
        ),
    )


def _est_profile(open_secret: Callable[[str], str], name: str, entry: Branch) -> views.EstProfile:
    server, authentication = _in(entry, "server"), _in(entry, "http-authentication")
    paths, password = _in(server, "path"), _text(authentication, "password")
    return views.EstProfile(
        name=name,
        transmission_profile=_text(entry, "transmission-profile"),
        client_tls_profile=_text(entry, "client-tls-profile"),
        check_id_kp_cmcra_only=_flag(entry, "check-id-kp-cmcra-only"),
        server=views.EstServer(
            address=_text(server, "ipv4") or _text(server, "ipv6") or _text(server, "fqdn"),
            port=_any(server, "port"),
            cacerts=_text(paths, "cacerts"),
            simpleenroll=_text(paths, "simpleenroll"),
            simplereenroll=_text(paths, "simplereenroll"),
        ),
        username=_text(authentication, "username"),
        password=views.Secret(password, open_secret) if password else None,
    )


def _update_profile(name: str, entry: Branch) -> views.UpdateProfile:
    generation: Any = next(
        (kind for kind in _KEY_GENERATIONS if kind in entry), _KEY_GENERATIONS[0]
    )
    servers = protocols.servers()
    protocol = next((name for name in servers if name in entry), protocols.DEFAULT)
    schedule: Any = "after-issue" if "after-issue" in entry else "before-expiry"
    return views.UpdateProfile(
        name=name,
        hash_algorithm=_text(entry, "hash-algorithm"),
        retry_interval=_any(entry, "retry-interval"),
        protocol=protocol,
        server=_text(_in(entry, protocol), servers[protocol]),
        key_generation=generation,
        key_size=_any(_in(entry, generation), "key-size") or 0,
        curve=_text(_in(entry, "ecdsa"), "curve"),
        schedule=schedule,
        seconds=_any(entry, schedule),
    )


def _auto_update(name: str, entry: Branch) -> views.AutoUpdate:
    return views.AutoUpdate(
        certificate_file_name=name,
        key_file_name=_text(entry, "key-file-name"),
        profile=_text(entry, "profile"),
    )


def _tls_cert_profile(name: str, entry: Branch) -> views.TlsCertProfile:
    return views.TlsCertProfile(
        name=name,
        enabled=_enabled(entry),
        entries=tuple(
            views.TlsCertEntry(
                entry_id=number,
                certificate_file=_text(one, "certificate-file"),
                key_file=_text(one, "key-file"),
                send_chain=_names(_in(one, "send-chain"), "ca-profile"),
            )
            for number, one in _sorted(entry, "entry")
        ),
    )


def _cipher_list(name: str, entry: Branch) -> views.CipherList:
    return views.CipherList(
        name=name,
        cipher=_ordered(entry, "cipher"),
        tls12_cipher=_ordered(entry, "tls12-cipher"),
        tls13_cipher=_ordered(entry, "tls13-cipher"),
    )


def _client_tls_profile(name: str, entry: Branch) -> views.ClientTlsProfile:
    verify = _in(entry, "status-verify")
    revocation = _in(verify, "ee-revocation")
    return views.ClientTlsProfile(
        name=name,
        enabled=_enabled(entry),
        cert_profile=_text(entry, "cert-profile"),
        cipher_list=_text(entry, "cipher-list"),
        trust_anchor_profile=_text(entry, "trust-anchor-profile"),
        group_list=_text(entry, "group-list"),
        signature_list=_text(entry, "signature-list"),
        protocol_version=_any(entry, "protocol-version"),
        default_result=_any(verify, "default-result"),
        primary=_any(revocation, "primary"),
        secondary=_any(revocation, "secondary"),
    )


def _server_tls_profile(name: str, entry: Branch) -> views.ServerTlsProfile:
    verify, clients = _in(entry, "status-verify"), _in(entry, "authenticate-client")
    revocation = _in(verify, "ee-revocation")
    return views.ServerTlsProfile(
        name=name,
        enabled=_enabled(entry),
        cert_profile=_text(entry, "cert-profile"),
        cipher_list=_text(entry, "cipher-list"),
        trust_anchor_profile=_text(clients, "trust-anchor-profile"),
        common_name_list=_text(clients, "common-name-list"),
        group_list=_text(entry, "group-list"),
        protocol_version=_any(entry, "protocol-version"),
        default_result=_any(verify, "default-result"),
        primary=_any(revocation, "primary"),
        secondary=_any(revocation, "secondary"),
    )


def _common_names(_name: str, entry: Branch) -> tuple[str, ...]:
    return tuple(_text(one, "cn-value") for _, one in _sorted(entry, "common-name"))


def _trust_anchor_profile(name: str, entry: Branch) -> views.TrustAnchorProfile:
    return views.TrustAnchorProfile(name=name, trust_anchors=_names(entry, "trust-anchor"))


def _ipsec_cert_profile(name: str, entry: Branch) -> views.IpsecCertProfile:
    return views.IpsecCertProfile(
        name=name,
        enabled=_enabled(entry),
        entries=tuple(
            views.IpsecCertEntry(
                id=number,
                cert=_text(one, "cert"),
                key=_text(one, "key"),
                rsa_signature=_any(one, "rsa-signature"),
                compare_chain_include=_text(one, "compare-chain-include"),
                send_chain=_any(_in(one, "send-chain"), "ca-profile") or (),
            )
            for number, one in _sorted(entry, "entry")
        ),
    )


def _transmission_profile(name: str, entry: Branch) -> views.TransmissionProfile:
    return views.TransmissionProfile(
        name=name,
        ipv4_source_address=_text(entry, "ipv4-source-address"),
        ipv6_source_address=_text(entry, "ipv6-source-address"),
        redirection=_any(entry, "redirection"),
        retry=_any(entry, "retry"),
        router_instance=_text(entry, "router-instance"),
        timeout=_any(entry, "timeout"),
        http_version=_text(entry, "http-version"),
    )
