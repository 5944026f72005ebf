"""The classic spellings of auto-update.md section 5 and pki.md sections 4.1 to 4.3.

What the schema does not make mandatory may be left out of a line: a file must be able to say it.
"""

import pytest

from srpki.schema.nodes import (
    Arg,
    Case,
    Choice,
    Container,
    Either,
    Inline,
    Line,
    ListNode,
    Maybe,
    Rename,
    Word,
)
from srpki.schema.tree import SCHEMA, node_at


def spelled(items):
    """Return items of a line as the fact sheets write them: [optional], {either | or}."""
    words = []
    for item in items:
        match item:
            case Word(keyword=keyword):
                words.append(keyword)
            case Arg(leaf=leaf, keyword=keyword, words=choice):
                value = "{" + "|".join(word for word, _ in choice) + "}" if choice else f"<{leaf}>"
                words.append(f"{keyword} {value}".strip())
            case Maybe(items=inner):
                words.append(f"[{spelled(inner)}]")
            case Either(alternatives=alternatives):
                words.append("{" + " | ".join(spelled(inner) for inner in alternatives) + "}")
    return " ".join(words)


def line(node):
    assert isinstance(node.classic, Line)
    return f"{node.classic.keyword} {spelled(node.classic.items)}"


def at(*names):
    return node_at(SCHEMA.configure, "system", "security", *names)


def choice(name):
    profile = at("pki", "certificate-update-profile")
    return next(node for node in profile.children if isinstance(node, Choice) and node.name == name)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (
            "protocol",
            (
                "protocol {cmpv2 [ca-profile <cmpv2/ca-profile>]"
                " | est [est-profile <est/est-profile>]}"
            ),
        ),
        (
            "key-generation",
            (
                "key-generation {same-as-existing-key <same-as-existing-key> | rsa [size <rsa/key-size>]"
                " | dsa [size <dsa/key-size>] | ecdsa [curve <ecdsa/curve>]}"
            ),
        ),
        (
            "schedule",
            "schedule {before-expiry <before-expiry> | after-issue <after-issue>}",
        ),
    ],
)
def test_the_choices_of_an_update_profile_are_single_commands(name, wanted):
    assert line(choice(name)) == wanted


def test_an_est_profile_has_server_and_authentication_on_one_line():
    assert line(at("pki", "est-profile", "server")).startswith(
        "server [{ipv4 <ipv4> | ipv6 <ipv6> | fqdn <fqdn>}] [port <port>]"
    )
    assert (
        line(at("pki", "est-profile", "http-authentication"))
        == "http-authentication [username <username>] [password <password>]"
    )


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (
            ("certificate-expiration-warning",),
            "certificate-expiration-warning [<hours>] [repeat <repeat-hours>]",
        ),
        (("crl-expiration-warning",), "crl-expiration-warning [<hours>] [repeat <repeat-hours>]"),
        (("common-name-list", "common-name"), "cn <cn-index> type <cn-type> value <cn-value>"),
        (
            ("ca-profile", "cmpv2", "key-list", "key"),
            "key [<password>] reference <reference-number>",
        ),
    ],
)
def test_lines_recalled_in_the_facts_are_as_recalled(names, wanted):
    assert line(at("pki", *names)) == wanted


def test_cmpv2_settings_stand_in_one_context():
    cmpv2 = at("pki", "ca-profile", "cmpv2")
    names = {}
    for name in ("accept-unprotected-message", "http"):
        container = next(node for node in cmpv2.children if node.name == name)
        assert isinstance(container.classic, Inline)
        names |= {leaf.name: leaf.classic.keyword for leaf in container.children}
    assert names == {
        "error-message": "accept-unprotected-errormsg",
        "pkiconf-message": "accept-unprotected-pkiconf",
        "response-timeout": "http-response-timeout",
        "version": "http-version",
    }


def test_tls_entries_have_the_classic_names_of_16_0():
    entry = at("tls", "cert-profile", "entry")
    renamed = {n.name: n.classic.keyword for n in entry.children if isinstance(n.classic, Rename)}
    assert renamed == {"certificate-file": "cert", "key-file": "key"}
    assert line(at("tls", "client-cipher-list", "cipher")) == "cipher <index> name <name>"
    assert (
        line(at("tls", "trust-anchor-profile", "trust-anchor")) == "trust-anchor <ca-profile-name>"
    )


def action(*names):
    return line(node_at(SCHEMA.operations_classic, "admin", "certificate", *names))


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("update-certificate",), "update-cert <certificate>"),
        (
            ("est", "ca-certificates"),
            "cacerts est-profile <est-profile> output-url <output-url> [force <force>]",
        ),
        (
            ("est", "enroll"),
            (
                "enroll est-profile <est-profile> key <key> subject-dn <subject-dn>"
                " [domain-name <domain-name>] [ip-addr <ip-address>] [hash-alg <hash-algorithm>]"
                " output <output-file> [force <force>]"
                " [validate-cert-chain <validate-certificate-chain>]"
            ),
        ),
        (
            ("est", "renew"),
            (
                "renew est-profile <est-profile> cert <certificate> key <key>"
                " [hash-alg <hash-algorithm>] output <output-file> [force <force>]"
                " [validate-cert-chain <validate-certificate-chain>]"
            ),
        ),
        (
            ("import",),
            (
                "import type {cert|key|crl} input <input-url> output <output-file> format <format>"
                " [password <password>] [validate-cert-chain <validate-certificate-chain>]"
            ),
        ),
        (
            ("export",),
            (
                "export type {cert|key|crl} input <input-file> output <output-url> format <format>"
                " [password <password>] [pkey <key-file>]"
            ),
        ),
        (
            ("reload",),
            (
                "reload type {cert <cert> | key <key> | cert-key-pair <cert-key-pair>}"
                " protocol <protocol> [key-file <key-file>]"
            ),
        ),
        (("cmpv2", "poll"), "poll ca <ca-profile>"),
        (("cmpv2", "clear-request"), "clear-request ca <ca-profile>"),
    ],
)
def test_admin_certificate_commands_are_spelled_as_in_the_facts(names, wanted):
    assert action(*names) == wanted


def test_an_initial_registration_follows_the_transcript():
    assert action("cmpv2", "initial-registration") == (
        "initial-registration ca <ca-profile> key-to-certify <key-to-certify> protection-alg"
        " {password <password> reference <reference>"
        " | signature [cert <certificate> [send-chain <send-chain> [with-ca <with-ca>]]]"
        " [protection-key <protection-key>] [hash-alg <hash-algorithm>]}"
        " [subject-dn <subject-dn>] [domain-name <domain-name>] [ip-addr <ip-address>]"
        " save-as <save-as>"
    )


def test_every_list_with_a_line_is_told_apart_by_its_keys():
    def lists(node):
        if isinstance(node, ListNode):
            yield node
        for child in getattr(node, "children", ()) or getattr(node, "cases", ()):
            if isinstance(child, Container | ListNode | Choice | Case):
                yield from lists(child)

    def leafs(items):
        return {item.leaf for item in items if isinstance(item, Arg)}

    lines = [node for node in lists(SCHEMA.configure) if isinstance(node.classic, Line)]
    assert lines
    for node in lines:
        assert set(node.keys) <= leafs(node.classic.items), node.name
