"""All pages, by file name."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from reference.actions import actions_page
from reference.commands import classic_commands_page, md_commands_page
from reference.labfiles import page as lab_files_page
from reference.labfiles import schema as lab_file_schema
from reference.messages import messages_page
from reference.netconf import netconf_page
from reference.reading import reading_page
from reference.records import page as data_page
from reference.trees import configuration_page, environment_page, state_page
from srpki.cli.session import Session
from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router

if TYPE_CHECKING:
    from srpki.transport.base import Limits, TlsClient

MADE: Final = (
    "<!-- Made by `python tests/support/reference docs/reference`: change the schema, not this page."
    " -->\n\n"
)


def pages() -> dict[str, str]:
    """Return the text of every page."""
    with _sessions() as (md, classic):
        made = {
            "configuration.md": configuration_page(),
            "actions.md": actions_page(),
            "state.md": state_page(),
            "environment.md": environment_page(classic),
            "md-cli.md": md_commands_page(md),
            "classic-cli.md": classic_commands_page(classic),
            "messages.md": messages_page(),
            "netconf.md": netconf_page(),
            "reading.md": reading_page(),
            "data.md": data_page(),
            "lab-files.md": lab_files_page(),
        }
    texts = {name: MADE + text.rstrip("\n") + "\n" for name, text in made.items()}
    return {**texts, "lab-file.schema.json": lab_file_schema()}


@contextmanager
def _sessions() -> Iterator[tuple[Session, Session]]:
    """Open a session of each CLI on an empty node: they know what can be typed where."""
    with tempfile.TemporaryDirectory() as place:
        router = Router(
            Path(place), clock=SystemClock(), entropy=SystemEntropy(), exchanges=_no_exchange
        )
        try:
            yield Session(router, "md"), Session(router, "classic")
        finally:
            router.stop()


def _no_exchange(*, tls: TlsClient | None, limits: Limits) -> NoReturn:
    del tls, limits
    raise AssertionError("no page needs the network")
