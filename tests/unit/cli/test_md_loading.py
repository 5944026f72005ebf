"""``load``: configuration text from a file into the candidate [cli.md section 1.4]."""

import pytest

BRACES = """# a comment
configure {
    system {
        name "loaded"
        security {
            pki {
                ca-profile "x" {
                    description "a { brace"
                }
                certificate-update-profile "p" {
                    rsa {
                    }
                }
            }
        }
    }
}
"""
LOADED = [
    '    system name "loaded"',
    '    system security pki ca-profile "x" description "a { brace"',
    '    system security pki certificate-update-profile "p" rsa { }',
]


@pytest.fixture
def load(md, device):
    """Loads a text into a private candidate that holds a name and a CA profile."""
    md("edit-config private", "/configure system name old security pki ca-profile old { }")
    md("/configure")

    def loading(way, text, *, ok=True):
        device.files.save("cf3:\\new.cfg", text)
        line = f"load {way} cf3:\\new.cfg"
        return md(line) if ok else md.refused(line)

    loading.md = md
    return loading


def test_full_replace_takes_the_place_of_the_candidate(load):
    assert load("full-replace", BRACES) == (
        'Loaded 17 lines in 0.0 seconds from file "cf3:\\new.cfg"'
    )
    assert load.md("info flat").splitlines() == LOADED
    assert load.md.context == "*(pr)[/configure]"


def test_merge_adds_to_the_candidate(load):
    load("merge", BRACES)
    shown = load.md("info flat").splitlines()
    assert set(shown) > set(LOADED)
    assert '    system security pki ca-profile "old" { }' in shown


def test_full_context_text_is_read_too(load):
    text = "\n".join(line.replace("    system", "    /configure system") for line in LOADED)
    load("full-replace", text)
    assert load.md("info flat").splitlines() == LOADED


def test_what_info_prints_at_the_top_of_configure_is_read(load):
    load("full-replace", "\n".join(LOADED))
    assert load.md("info flat").splitlines() == LOADED


def test_the_first_mistake_ends_the_reading_and_what_was_read_stays(load):
    text = BRACES.replace("certificate-update-profile", "frob")
    assert load("full-replace", text, ok=False) == (
        "MINOR: MGMT_CORE #2201: Unknown element - 'frob'\n"
        "MINOR: CLI #2005: Error while processing command - stopped at line 10"
    )
    assert load.md("info flat").splitlines() == LOADED[:2]


def test_a_value_that_is_refused_is_said_to_be_for_what(load):
    """No carets can point into a file."""
    text = "system { security { pki { imported-format s maximum-cert-chain-depth 9 } } }"
    assert load("merge", text, ok=False).splitlines()[0] == (
        "MINOR: MGMT_CORE #2301: Invalid element value"
        " - 'maximum-cert-chain-depth' - '9' out of range 1..7"
    )


def test_a_file_that_was_cut_off_is_refused_though_what_was_read_stays(load):
    text = "\n".join(BRACES.rstrip().splitlines()[:-2])
    assert load("full-replace", text, ok=False) == (
        "MINOR: CLI #2001: Missing element value - '}'\n"
        "MINOR: CLI #2005: Error while processing command - stopped at line 15"
    )
    assert load.md("info flat").splitlines() == LOADED


@pytest.mark.parametrize("before", ["", "configure {\n}\n", "system {\n}\n"])
def test_a_brace_that_closes_nothing_is_refused(load, before):
    assert load("merge", f"{before}}}\n", ok=False).splitlines()[0] == (
        "MINOR: MGMT_CORE #2201: Unknown element - '}'"
    )


INDICES = """
persistent-indices {
    vrtr-id {
        router-name "Base" vrtr-id 1
    }
    "configure {"
}

# Finished 2025-04-13T15:48:46.3+02:00
"""


def test_the_indices_of_a_whole_file_are_passed_over_with_all_their_braces(load):
    load("full-replace", BRACES + INDICES)
    assert load.md("info flat").splitlines() == LOADED
    cut = BRACES + INDICES.rpartition("}")[0]
    assert load("merge", cut, ok=False).startswith("MINOR: CLI #2001: Missing element value - '}'")


@pytest.mark.parametrize(
    "command", ["commit", "exit", "configure private", "info", "delete system"]
)
def test_commands_are_no_configuration(load, command):
    assert load("merge", f"{command}\n", ok=False).startswith("MINOR: MGMT_CORE #2201")


def test_a_plain_secret_is_sealed(load):
    load("merge", "/configure system security pki ca-profile x cmpv2 key-list key 1 password open")
    shown = load.md("info flat")
    assert "sealed-nepo hash2" in shown


def test_a_line_beyond_the_limit_is_refused(load):
    assert "longer than 2600" in load("merge", f"system name {'x' * 2600}\n", ok=False)


def test_a_file_that_is_no_text_is_refused(load, device):
    device.files.files["cf3:\\bin"] = b"\xff\xfe"
    assert load.md.refused("load merge cf3:\\bin").endswith(
        '"cf3:\\bin" is not UTF-8 text - load a configuration'
    )


def test_load_is_known_at_the_top_only(load):
    """At the root as a router was seen to say [observed-2.md 8]."""
    refusal = "MINOR: MGMT_CORE #2203: Invalid element - 'load {}' not allowed in '{}'"
    load.md("/configure system")
    assert load.md.refused("load merge cf3:\\x") == refusal.format("merge", "system")
    load.md("exit all")
    assert load.md.refused("load full-replace cf3:\\x") == refusal.format("full-replace", "root")
    assert "load" not in load.md.session.help("")


def test_nothing_is_loaded_in_read_only_mode(md, device):
    device.files.save("cf3:\\new.cfg", BRACES)
    md("configure read-only")
    assert md.refused("load merge cf3:\\new.cfg") == (
        "MINOR: CLI #2069: Operation not allowed - currently in read-only mode"
    )
