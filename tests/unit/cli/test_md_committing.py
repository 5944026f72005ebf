"""``commit`` in its forms, ``rollback``, and who may use them [cli.md section 1.4]."""

from datetime import timedelta

import pytest

from srpki.config.management import auto_config_save
from srpki.config.tree import Branch
from srpki.core.errors import NotFoundError, RefusedError
from srpki.device.configuration.checkpoints import Checkpoint
from srpki.device.configuration.commits import Commits
from srpki.device.configuration.confirmation import NOBODY

MODE = "/configure system management-interface configuration-mode"


class RecordingCommits(Commits):
    """Commits for real, as if it saved too, and remembers what was asked for."""

    def __init__(self, device):
        super().__init__(device.datastore, device.clock)
        self._device = device
        self.asked = []
        self.left = None
        self.saved = {}

    def commit(self, candidate, author, comment="", claim=NOBODY):
        super().commit(candidate, author, comment, claim)
        if auto_config_save(self._device.datastore.running):
            self._device.unsaved.saved()

    def commit_confirmed(self, candidate, author, within, comment="", claim=NOBODY):
        self.asked.append(("confirmed", author.user, within // timedelta(minutes=1), comment))
        candidate.commit()
        self.left = within - timedelta(seconds=1)

    def remaining(self):
        return self.left

    def accept(self, *_):
        if self.left is None:
            raise RefusedError("no confirmed commit is waiting")
        self.asked.append("accept")
        self.left = None

    def cancel(self):
        self.asked.append("cancel")
        self.left = None

    def checkpoint(self, which):
        if which not in self.saved:
            raise NotFoundError(f"checkpoint {which} does not exist")
        return self.saved[which]

    def checkpoint_of(self, commit_id):
        return self.saved[f"commit {commit_id}"]


@pytest.fixture
def commits(device):
    device.commits = RecordingCommits(device)
    return device.commits


def test_a_commit_may_say_what_it_is_for(md, commits):
    md("edit-config private", "/configure system name x", 'commit comment "a new name"')
    assert [(one.author.user, one.comment) for one in commits.history()] == [
        ("admin", "a new name")
    ]
    assert md.context == "(pr)[/]"


def test_a_commit_that_does_not_save_leaves_the_star_of_the_classic_prompt(md, commits):
    md("edit-config private", "/configure system name x", "commit", "//")
    assert not md.prompt.lstrip().startswith("*")
    md("//", "/configure system management-interface cli md-cli auto-config-save false", "commit")
    md("//")
    assert md.prompt.lstrip().startswith("*")


def test_a_confirmed_commit_tells_when_it_is_taken_back(md, commits):
    md("edit-config private", "/configure system name x")
    assert md("commit confirmed") == (
        "INFO: CLI #2090: Commit confirmed - automatic rollback in 9 minutes 59 seconds"
    )
    assert commits.asked == [("confirmed", "admin", 10, "")]
    assert md("commit confirmed accept") == (
        "INFO: CLI #2092: Commit confirmed - accepted - automatic rollback canceled"
    )


def test_a_confirmed_commit_takes_minutes_and_a_comment_in_any_order(md, commits):
    md("edit-config private", "/configure system name x", "commit comment trial confirmed 168")
    md("/configure system name y", "commit confirmed 1 comment again")
    assert commits.asked == [
        ("confirmed", "admin", 168, "trial"),
        ("confirmed", "admin", 1, "again"),
    ]
    assert md("commit confirmed cancel") == (
        "INFO: CLI #2096: Commit confirmed - canceled - automatic rollback of changes"
    )


@pytest.mark.parametrize("minutes", ["0", "169"])
def test_minutes_out_of_range_are_refused(md, commits, minutes):
    md("edit-config private")
    assert md.message(f"commit confirmed {minutes}").startswith("MINOR: MGMT_CORE #2301")


def test_accept_without_a_confirmed_commit_is_refused(md, commits):
    md("edit-config private")
    assert "no confirmed commit is waiting" in md.refused("commit confirmed accept")


def test_what_the_environment_asks_of_a_commit_must_be_said(md, commits):
    md("edit-config private", "/configure system name x")
    md("environment commit-options comment true", "environment commit-options confirm true")
    assert md.refused("commit") == (
        "MINOR: CLI #2069: Operation not allowed"
        " - environment commit-options comment asks for 'commit comment'"
    )
    assert md.refused("commit comment c").endswith("asks for 'commit confirmed'")
    assert md.context == "*(pr)[/]"
    md("commit confirmed comment c")
    assert md.context == "(pr)[/]"


def test_classic_mode_keeps_the_md_cli_from_writing(md, another):
    another("edit-config private", "/configure system name x")
    md("edit-config private", f"{MODE} classic", "commit", "quit-config")
    refusal = (
        "MINOR: CLI #2069: Operation not allowed"
        " - 'classic' management interface configuration mode active"
    )
    for line in ("edit-config private", "configure exclusive", "edit-config global"):
        assert md.refused(line) == refusal
    assert another.refused("commit") == refusal
    assert another.context == "!*(pr)[/]"
    md("edit-config read-only")


# --- rollback ---


@pytest.fixture
def driven(md, commits):
    """A session at the top of configure on a node in model-driven mode, and saved versions."""
    for which in (0, 1, "startup", "commit 7"):
        tree = Branch({"system": Branch({"name": str(which)})})
        commits.saved[which] = Checkpoint(f"cf3:\\config.cfg.{which}", tree, 1620)
    md("edit-config private", f"{MODE} model-driven", "commit", "configure")
    return md


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("rollback", "0"),
        ("rollback 1", "1"),
        ("rollback checkpoint startup", "startup"),
        ("rollback startup", "startup"),
        ("rollback commit-id 7", "commit 7"),
    ],
)
def test_rollback_takes_a_saved_version_into_the_candidate(driven, device, line, name):
    assert driven(line) == (
        f'Loaded 1,620 lines in 0.0 seconds from file "cf3:\\config.cfg.{name}"'
    )
    assert driven("info system") == f'    name "{name}"'
    assert driven.context == "*(pr)[/configure]"
    assert "name" not in device.datastore.running["system"]


def test_rollback_to_a_version_that_is_not_there_changes_nothing(driven):
    assert "checkpoint 9 does not exist" in driven.refused("rollback 9")
    assert driven.context == "(pr)[/configure]"


def test_rollback_is_known_at_the_top_of_configure_only(driven):
    driven("system")
    refusal = "MINOR: MGMT_CORE #2203: Invalid element - 'rollback' not allowed in '{}'"
    assert driven.refused("rollback 1") == refusal.format("system")
    driven("exit all")
    assert driven.refused("rollback") == refusal.format("root")


def test_rollback_needs_the_model_driven_mode(md, commits):
    md("configure private", "system management-interface configuration-mode mixed", "commit")
    assert md.refused("rollback 1") == (
        "MINOR: CLI #2069: Operation not allowed"
        " - 'mixed' management interface configuration mode active"
    )


def test_what_the_node_booted_with_can_be_compared(driven):
    assert driven("compare from booted to running flat") == (
        "+   system management-interface configuration-mode model-driven"
    )


def test_saved_versions_can_be_compared(driven):
    assert driven("compare rollback 1 startup system") == '-   name "1"\n+   name "startup"'
    assert driven("compare from rollback 1 to rollback 0 flat") == (
        '-   system name "1"\n+   system name "0"'
    )
