"""The one-line form, paths in words, quoting [cli.md sections 1.2 and 1.3]."""

import pytest

from srpki.config.edit import Edit
from srpki.config.text import flat_lines, quote, spell_path
from srpki.config.tree import EMPTY, get
from srpki.schema.paths import path
from srpki.schema.tree import SCHEMA, node_at

ROOT = SCHEMA.configure


def test_the_flat_form_has_the_whole_context_on_each_line(pki):
    tree = EMPTY
    for edit in (
        Edit("set", pki("ca-profile lab cmpv2 url url-string"), "http://h/x"),
        Edit("create", pki("ca-profile empty")),
        Edit("set", pki("certificate-update-profile p same-as-existing-key"), True),
    ):
        tree = edit.apply(ROOT, tree)
    assert list(flat_lines(ROOT, tree, "/configure ")) == [
        '/configure system security pki ca-profile "lab" cmpv2 url url-string "http://h/x"',
        '/configure system security pki ca-profile "empty" { }',
        '/configure system security pki certificate-update-profile "p" same-as-existing-key',
    ]
    profile = node_at(ROOT, "system", "security", "pki", "ca-profile")
    entry = get(tree, pki("ca-profile lab"))
    assert list(flat_lines(profile, entry)) == ['cmpv2 url url-string "http://h/x"']


def test_state_lists_show_no_key_twice():
    state = node_at(SCHEMA.state, "system", "security", "pki", "ca-profile")
    entry = EMPTY.__class__({"ca-profile-name": "lab", "oper-flags": (), "oper-state": "up"})
    assert list(flat_lines(state, entry)) == ["oper-state up", "oper-flags []"]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a b", '"a b"'),
        ('say "x"', '"say \\"x\\""'),
        ("cf3:\\config.cfg", '"cf3:\\config.cfg"'),  # [cli.md 1.4]
        ("cf3:\\", '"cf3:\\\\"'),
        ("a\\\\b", '"a\\\\\\b"'),
        ('\\"', '"\\\\\\""'),
    ],
)
def test_quotes_are_escaped_and_backslashes_that_would_escape_something(text, quoted):
    assert quote(text) == quoted


def test_a_path_is_spelled_with_its_keys(pki, tls):
    assert spell_path(ROOT, ()) == "configure"
    assert (
        spell_path(ROOT, tls("client-cipher-list l tls13-cipher 3 name"))
        == 'configure system security tls client-cipher-list "l" tls13-cipher 3 name'
    )
    assert spell_path(ROOT, pki("ca-profile")) == "configure system security pki ca-profile"
    assert spell_path(ROOT, path("nothing", "there")) == "configure nothing there"
