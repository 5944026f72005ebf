"""Checkpoints of the classic CLI, typed at as an operator or Ansible does."""

import re

import pytest

from srpki.cli.session import Session
from srpki.config.management import rollback_location

LOCATION = "cli/classic-cli/rollback/location"
RESCUE = "cli/classic-cli/rollback/rescue/location"
MANY = "cli/classic-cli/rollback/local-checkpoints"


@pytest.fixture
def node(node):
    """A node that the classic CLI may edit."""
    node.set("configuration-mode", "mixed")
    return node


@pytest.fixture
def located(node):
    """A node with a place for checkpoints."""
    node.set(LOCATION, "cf3:\\rollbacks\\config")
    node.set(RESCUE, "cf3:\\rescue")
    return node


def rename(node, name):
    assert Session(node.router, dialect="classic").feed(f'configure system name "{name}"').ok


def typed(node, line):
    """Type ``admin rollback`` *line*, which must succeed; return what is printed."""
    answer = Session(node.router, dialect="classic").feed(f"admin rollback {line}")
    assert answer.ok, answer.text
    return answer.text


def refused(node, line):
    answer = Session(node.router, dialect="classic").feed(f"admin rollback {line}")
    assert not answer.ok
    return answer.text


def three(node):
    for name in ("one", "two", "three"):
        rename(node, name)
        typed(node, "save")


def files(node):
    return sorted(file.name for file in (node.cf3 / "rollbacks").iterdir())


def test_a_checkpoint_is_saved_in_the_words_that_ansible_waits_for(located):
    said = typed(located, "save")
    assert said == "Saving rollback configuration to cf3:/rollbacks/config.rb... OK"  # [cli.md 3.1]
    assert files(located) == ["config.rb"]
    assert (located.cf3 / "rollbacks" / "config.rb").stat().st_mode & 0o777 == 0o600


def test_earlier_checkpoints_are_numbered_and_bounded(located):
    three(located)
    assert files(located) == ["config.rb", "config.rb.1", "config.rb.2"]
    located.set(MANY, 2)
    rename(located, "four")
    typed(located, "save")
    assert files(located) == ["config.rb", "config.rb.1"]
    assert '"three"' in typed(located, "view 1")


def test_an_unchanged_configuration_is_a_checkpoint_of_its_own(located):
    typed(located, "save")
    located.advance(seconds=1)
    typed(located, "save")
    assert files(located) == ["config.rb", "config.rb.1"]


@pytest.mark.parametrize(("which", "name"), [("latest-rb", "three"), ("1", "two"), ("2", "one")])
def test_a_checkpoint_becomes_the_running_configuration(located, which, name):
    three(located)
    rename(located, "now")
    said = typed(located, f"revert {which} now")
    assert said.startswith("Restoring rollback configuration cf3:/rollbacks/config.rb")
    assert located.name == name


@pytest.mark.parametrize("now", ["", " now"])
def test_reverting_is_not_asked_for_since_ansible_gives_no_answer(located, now):
    three(located)
    rename(located, "now")
    session = Session(located.router, dialect="classic")
    answer = session.feed(f"admin rollback revert latest-rb{now}")
    assert answer.ok and answer.question is None
    assert located.name == "three"


def test_the_engine_sees_what_is_reverted(located):
    typed(located, "save")
    session = Session(located.router, dialect="classic")
    assert session.feed("configure system security pki ca-profile x create").ok
    assert set(located.router.node.engine.view.ca_profiles) == {"x"}
    typed(located, "revert latest-rb now")
    assert set(located.router.node.engine.view.ca_profiles) == set()


def test_a_checkpoint_that_is_removed_lets_older_ones_move_up(located):
    three(located)
    assert typed(located, "delete 1").endswith("cf3:/rollbacks/config.rb.1... OK")
    assert files(located) == ["config.rb", "config.rb.1"]
    assert '"one"' in typed(located, "view 1")
    typed(located, "delete latest-rb")
    assert '"one"' in typed(located, "view")


def test_the_rescue_configuration_is_a_file_of_its_own(located):
    rename(located, "safe")
    typed(located, "save rescue")
    assert (located.cf3 / "rescue.rc").is_file()
    three(located)
    typed(located, "revert rescue now")
    assert located.name == "safe"
    typed(located, "delete rescue")
    assert not (located.cf3 / "rescue.rc").exists()
    assert "checkpoint rescue does not exist" in refused(located, "view rescue")


def test_a_comment_is_shown_with_the_checkpoint(located):
    typed(located, 'save comment "before } the { change"')
    assert "# Comment: before } the { change" in typed(located, "view").splitlines()
    typed(located, "revert latest-rb now")  # and does not disturb


def test_checkpoints_are_compared_as_ansible_reads_it(located):
    three(located)
    rename(located, "now")
    text = typed(located, "compare").strip()  # echo, prompt and white space are stripped first
    diff = re.search(r"\r?\n-+\r?\n(.*)\r?\n-+\r?\n", text, re.DOTALL)[1]  # [cli.md 3.1]
    assert [line.strip() for line in diff.splitlines() if line[0] in "+-"] == [
        '-       name "now"',
        '+       name "three"',
    ]
    older = typed(located, "compare 1 to 2")
    assert '-       name "two"' in older
    assert '+       name "one"' in older


def test_a_location_without_checkpoints_is_remarked_on_when_it_is_configured(node):
    session = Session(node.router, dialect="classic")
    line = 'configure system rollback rollback-location "cf3:/rollbacks/config"'
    first = session.feed(line)
    assert first.ok
    assert first.text == (  # [cli.md 3.1]
        "INFO: CLI No checkpoints currently exist at the rollback location."
    )
    typed(node, "save")
    assert session.feed(line).text == ""
    assert session.feed('configure system name "x"').text == ""


def test_without_a_checkpoint_that_is_told(located):
    for line in ("view", "revert latest-rb now", "delete 1", "compare"):
        assert refused(located, line) == (  # [cli.md 3.1]
            "MINOR: CLI No checkpoints currently exist at the rollback location."
        )
    typed(located, "save")
    assert refused(located, "view 4") == (
        "MINOR: CLI checkpoint 4 does not exist - cf3:/rollbacks/config.rb.4"
    )


@pytest.mark.parametrize(
    ("line", "what"), [("save", "rollback"), ("view", "rollback"), ("save rescue", "rescue")]
)
def test_without_a_location_that_is_told(node, line, what):
    assert (
        refused(node, line) == f"MINOR: CLI no {what} location is configured - configure it first"
    )


@pytest.mark.parametrize("location", ["cf3:\\system-pki\\x", "cf1:\\x", "cf3:\\..\\x"])
def test_checkpoints_cannot_be_written_just_anywhere(node, location):
    node.set(LOCATION, location)
    refused(node, "save")
    assert not list(node.directory.rglob("*.rb"))


def test_in_model_driven_mode_the_classic_cli_reverts_nothing(located):
    three(located)
    located.set("configuration-mode", "model-driven")
    assert refused(located, "revert 2 now") == (  # [cli.md 1.8]
        "MINOR: CLI Modification of the configuration is not allowed - 'model-driven'"
        " management interface configuration mode active"
    )
    assert located.name == "three"


def test_while_another_has_exclusive_access_nothing_is_reverted(located):
    three(located)
    candidate = located.candidate("exclusive")
    assert "exclusive" in refused(located, "revert 2 now")
    candidate.close()
    typed(located, "revert 2 now")


def test_a_damaged_checkpoint_is_told_and_changes_nothing(located):
    three(located)
    (located.cf3 / "rollbacks" / "config.rb.1").write_bytes(b"configure { \x1b[2J")
    for line in ("revert 1 now", "compare to 1", "view 1"):
        assert "is damaged" in refused(located, line)
    assert located.name == "three"


def test_a_checkpoint_that_would_not_be_whole_is_refused(located):
    typed(located, "save")
    file = located.cf3 / "rollbacks" / "config.rb"
    file.write_text(
        'configure { system { security { pki { certificate-update-profile "p" {\n'
        'cmpv2 {\n ca-profile "nowhere"\n}\n} } } } }\n'
    )
    before = located.router.node.datastore.running
    assert "Entry does not exist" in refused(located, "revert latest-rb now")
    assert located.router.node.datastore.running is before


def test_a_plain_secret_in_a_checkpoint_is_sealed_when_it_is_read(located):
    typed(located, "save")
    (located.cf3 / "rollbacks" / "config.rb").write_text(
        '# \x1b[2J\nconfigure { system { security { pki { est-profile "e" {\n'
        'http-authentication {\n username "u"\n password "plain-secret"\n} } } } } }\n'
    )
    for line in ("compare", "view"):
        assert "hash2" in typed(located, line)
        assert "plain-secret" not in typed(located, line)
    assert "\x1b" not in typed(located, "view")
    typed(located, "revert latest-rb now")
    assert "plain-secret" not in repr(located.router.node.datastore.running)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://10.0.0.1/rb", "MINOR: CLI The given string is not a valid cflash URL."),
        ("cf1:\\rb", "MINOR: CLI compact flash cf1: is not present"),
        ("cf3:\\..\\rb", "MINOR: CLI '..' in a URL begins with a dot"),
    ],
)
def test_a_location_may_be_any_url_and_is_refused_in_its_use(node, url, said):
    """The models take any text [configure-system-management-interface.json]."""
    line = f'configure system rollback rollback-location "{url}"'
    assert Session(node.router, dialect="classic").feed(line).ok
    assert refused(node, "save").startswith(said)
    assert rollback_location(node.router.node.datastore.running) == url
