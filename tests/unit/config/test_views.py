"""What the engine reads: the defaults of the fact sheets, and what each choice has come to."""

from srpki.config.defaults import effective
from srpki.config.edit import Edit
from srpki.config.tree import EMPTY, get
from srpki.config.viewer import view
from srpki.schema.paths import path
from srpki.schema.tree import SCHEMA

ROOT = SCHEMA.configure


def seen(*edits, open_secret=str):
    tree = EMPTY
    for where, value in edits:
        kind = "create" if value is None else "set"
        tree = Edit(kind, where, value if value is not None else "").apply(ROOT, tree)
    return view(tree, open_secret)


def values(seen):
    """Return the fields of *seen*, a record or several, in their order."""
    if isinstance(seen, tuple):
        return tuple(map(values, seen))
    names = getattr(seen, "__match_args__", None)
    return seen if names is None else tuple(values(getattr(seen, name)) for name in names)


def test_an_empty_configuration_shows_the_defaults():
    empty = seen()
    assert empty.imported_format == "any"
    assert empty.maximum_cert_chain_depth == 7
    assert empty.certificate_display_format == "ascii"
    assert values(empty.certificate_expiration_warning) == (None, 0)
    assert empty.system_name == ""
    assert empty.ca_profiles == empty.auto_updates == {}


def test_an_update_profile_has_the_defaults_of_its_choices(pki):
    profile = seen((pki("certificate-update-profile p"), None)).update_profiles["p"]
    assert values(profile) == (
        "p", "sha256", 3600, "cmpv2", "", "same-as-existing-key", 0, "", "before-expiry", 86400,
    )  # fmt: skip


def test_an_update_profile_shows_the_case_that_was_chosen(pki):
    profile = seen(
        (pki("certificate-update-profile p est est-profile"), "e"),
        (pki("certificate-update-profile p ecdsa"), None),
        (pki("certificate-update-profile p after-issue"), 864000),
    ).update_profiles["p"]
    assert (profile.protocol, profile.server) == ("est", "e")
    assert (profile.key_generation, profile.curve, profile.key_size) == ("ecdsa", "secp256r1", 0)
    assert (profile.schedule, profile.seconds) == ("after-issue", 864000)
    profile = seen((pki("certificate-update-profile p dsa"), None)).update_profiles["p"]
    assert (profile.key_generation, profile.key_size) == ("dsa", 2048)


def test_a_ca_profile_is_shown_with_defaults(pki):
    profile = seen((pki("ca-profile lab"), None)).ca_profiles["lab"]
    assert (profile.name, profile.enabled, profile.revocation_check) == ("lab", False, "crl")
    assert values(profile.cmpv2.http) == (30, "1.1")
    assert not profile.cmpv2.accept_unprotected_error_message
    assert not profile.cmpv2.response_signing_use_extracert
    assert profile.auto_crl_update is None
    assert profile.cmpv2.key_list == {}


def test_a_ca_profile_shows_what_is_configured(pki):
    lab = "ca-profile lab"
    profile = seen(
        (pki(f"{lab} admin-state"), "enable"),
        (pki(f"{lab} cert-file"), "ca.crt"),
        (pki(f"{lab} cmpv2 url url-string"), "http://h/"),
        (pki(f"{lab} cmpv2 url transmission-profile"), "t"),
        (pki(f"{lab} cmpv2 accept-unprotected-message pkiconf-message"), True),
        (pki(f"{lab} cmpv2 response-signing-use-extracert"), True),
        (pki(f"{lab} auto-crl-update crl-urls url-entry 2 url"), "http://b/x"),
        (pki(f"{lab} auto-crl-update crl-urls url-entry 1 url"), "http://a/x"),
    ).ca_profiles["lab"]
    assert profile.enabled
    assert profile.cert_file == "ca.crt"
    assert values(profile.cmpv2.url) == ("http://h/", "", "t")
    assert profile.cmpv2.accept_unprotected_pkiconf_message
    assert profile.cmpv2.response_signing_use_extracert
    assert [url.url for url in profile.auto_crl_update.crl_urls] == ["http://a/x", "http://b/x"]
    assert profile.auto_crl_update.schedule_type == "next-update-based"


def test_secrets_are_opened_only_when_asked_for_and_never_shown(pki):
    opened = []

    def open_secret(token):
        opened.append(token)
        return "swordfish"

    pki_view = seen(
        (pki("est-profile e http-authentication password"), "TOKEN1 hash2"),
        (pki("ca-profile lab cmpv2 key-list key 7 password"), "TOKEN2 hash2"),
        (pki("est-profile none"), None),
        open_secret=open_secret,
    )
    assert pki_view.est_profiles["none"].password is None
    assert opened == []
    assert "TOKEN" not in repr(pki_view)
    assert pki_view.ca_profiles["lab"].cmpv2.key_list["7"].open() == "swordfish"
    assert opened == ["TOKEN2"]


def test_est_servers_are_reached_by_whichever_address_is_given(pki):
    for kind, address in (("ipv4", "192.0.2.1"), ("ipv6", "2001:db8::1"), ("fqdn", "est.example")):
        server = seen((pki(f"est-profile e server {kind}"), address)).est_profiles["e"].server
        assert values(server) == (address, 443, "", "", "")


def test_tls_is_shown_in_the_order_of_the_numbers(tls):
    shown = seen(
        (tls("client-cipher-list l tls13-cipher 9 name"), "tls-aes128-gcm-sha256"),
        (tls("client-cipher-list l tls13-cipher 2 name"), "tls-aes256-gcm-sha384"),
        (tls("client-group-list g tls13-group 1 name"), "tls-x25519"),
        (tls("client-signature-list s tls13-signature 1 name"), "tls-ed25519"),
        (tls("client-tls-profile c cipher-list"), "l"),
        (tls("cert-profile p entry 1 send-chain ca-profile lab"), None),
        (tls("cert-profile p entry 1 certificate-file"), "c.crt"),
        (tls("trust-anchor-profile t trust-anchor lab"), None),
    )
    assert values(shown.cipher_lists["l"]) == (
        "l", (), (), ("tls-aes256-gcm-sha384", "tls-aes128-gcm-sha256"),
    )  # fmt: skip
    assert shown.group_lists == {"g": ("tls-x25519",)}
    assert shown.signature_lists == {"s": ("tls-ed25519",)}
    client = shown.client_tls_profiles["c"]
    assert (client.cipher_list, client.protocol_version) == ("l", "tls-version-12")
    assert (client.default_result, client.primary, client.secondary) == ("revoked", "crl", "none")
    assert values(shown.cert_profiles["p"].entries) == ((1, "c.crt", "", ("lab",)),)
    assert shown.trust_anchor_profiles["t"].trust_anchors == ("lab",)


def test_ipsec_and_transmission_profiles_are_shown(at):
    shown = seen(
        (at("ipsec cert-profile p entry 3 cert"), "c"),
        (at("ipsec cert-profile p entry 3 send-chain ca-profile"), ("a", "b")),
        (at("ipsec trust-anchor-profile t trust-anchor lab"), None),
        (at("system transmission-profile x retry"), 3),
        (at("system name"), "pe1"),
    )
    assert values(shown.ipsec_cert_profiles["p"].entries) == (
        (3, "c", "", "pkcs1", "", ("a", "b")),
    )
    assert shown.ipsec_trust_anchor_profiles["t"].trust_anchors == ("lab",)
    assert values(shown.transmission_profiles["x"]) == ("x", "", "", None, 3, "Base", 60, "1.1")
    assert shown.system_name == "pe1"


def test_effective_values_leave_out_cases_that_do_not_hold(pki):
    tree = Edit("create", pki("certificate-update-profile p est")).apply(ROOT, EMPTY)
    full = effective(ROOT, tree)
    profile = get(full, pki("certificate-update-profile p"))
    assert "cmpv2" not in profile
    assert profile["before-expiry"] == 86400
    assert get(full, pki("certificate-expiration-warning repeat-hours")) == 0
    assert get(full, path("system", "security", "pki", "auto-crl-update")) is None
