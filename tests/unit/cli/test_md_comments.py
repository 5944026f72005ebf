"""``annotate``: comments on elements of the configuration [cli.md section 1.3]."""

import pytest

from srpki.config import persist

PKI = "/configure system security pki"


@pytest.fixture
def pki(md):
    """A private session in the pki context of a committed CA profile."""
    md("edit-config private", PKI, "dynamic-ca true", "ca-profile x cmpv2 http version 1.0")
    md("commit", "exit all", PKI)
    return md


@pytest.fixture
def annotated(pki):
    pki('annotate "a leaf" dynamic-ca', 'annotate "an entry" ca-profile x')
    pki("annotate container ca-profile x cmpv2")
    return pki


SHOWN = """\
    # comment: a leaf
    dynamic-ca true
    # comment: an entry
    ca-profile "x" {
        # comment: container
        cmpv2 {
            http {
                version 1.0
            }
        }
    }"""


def test_comments_stand_before_what_they_are_about(annotated):
    assert annotated("info") == SHOWN
    assert annotated("info detail").count("# comment: ") == 3
    assert annotated.context == f"*(pr)[{PKI}]"


def test_compare_shows_comments_that_came_changed_or_went(annotated):
    assert annotated("compare").splitlines()[:4] == [
        "+   # comment: a leaf",
        "+   # comment: an entry",
        '    ca-profile "x" {',
        "+       # comment: container",
    ]
    annotated("commit", 'annotate "another" dynamic-ca', 'annotate "" ca-profile x')
    assert annotated("compare").splitlines()[:3] == [
        "-   # comment: a leaf",
        "+   # comment: another",
        "-   # comment: an entry",
    ]


def test_a_comment_of_an_element_that_changes_is_no_difference(annotated):
    annotated("commit", "dynamic-ca false")
    assert annotated("compare") == "-   dynamic-ca true\n+   dynamic-ca false"


def test_an_empty_comment_takes_it_back(annotated):
    for element in ("dynamic-ca", "ca-profile x", "ca-profile x cmpv2"):
        annotated(f'annotate "" {element}')
    assert "#" not in annotated("info")
    assert annotated.context == f"(pr)[{PKI}]"


def test_a_comment_goes_with_its_element(annotated):
    annotated("delete dynamic-ca", "delete ca-profile x", "dynamic-ca true", "ca-profile x { }")
    assert "#" not in annotated("info")


def test_comments_are_saved_and_loaded(annotated, device):
    annotated("commit")
    root = device.schema.configure
    text = persist.dump(root, device.datastore.running)
    assert persist.load(root, text) == device.datastore.running
    device.files.save("cf3:\\saved.cfg", text)
    annotated("top", "delete /configure", "load full-replace cf3:\\saved.cfg")
    assert annotated(f"info {PKI}") == SHOWN
    assert annotated("compare") == ""


def test_discarding_an_element_discards_its_comment(annotated):
    annotated("discard dynamic-ca")
    assert annotated("info dynamic-ca") == "    dynamic-ca true"
    assert "a leaf" not in annotated("info")
    annotated("commit", 'annotate "" ca-profile x', "discard ca-profile x")
    assert "an entry" in annotated("info")


def test_other_comments_of_a_file_are_left_out(device):
    root = device.schema.configure
    text = "configure { # comment: no\n  # nothing\n  system { name x # comment: no\n }\n }\n"
    assert "#" not in persist.dump(root, persist.load(root, text))


def test_comments_of_others_are_merged_or_conflict(pki, another):
    another("edit-config private", PKI, 'annotate "theirs" ca-profile x', "commit")
    pki('annotate "mine" dynamic-ca', "commit")
    assert pki("info").count("# comment: ") == 2
    another("update", 'annotate "second" dynamic-ca', "commit")
    pki('annotate "third" dynamic-ca')
    assert pki("update") == (
        f"~   {PKI} dynamic-ca # comment: third\n"
        "##  comment - exists with different value: second"
        " - change updated: replace existing value"
    )


def test_what_is_not_there_or_cannot_be_edited_is_not_annotated(pki, md):
    assert pki.message("annotate a ca-profile nobody").endswith("- Entry does not exist")
    assert pki.message("annotate a ca-profile").startswith("MINOR: CLI #2001")
    assert pki.message("annotate a /show").startswith("MINOR: CLI #2069")
    assert pki.message(f"annotate {'x' * 256} dynamic-ca").startswith("MINOR: MGMT_CORE #2301")
    assert pki.context == f"(pr)[{PKI}]"
