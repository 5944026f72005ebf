"""``file`` in a session: its working directory, and a question for each file before it is removed.

The working directory is the session's, and each of its two CLIs has one, as each has a context
[observed-2.md 12]. It stays when the context ``file`` is left [7705 SAR basic system guide].
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from srpki.cli.port import Answer
from srpki.core.patterns import regex
from srpki.device.records.files import WorkingDirectory
from srpki.device.wildcards import wildcard
from srpki.management.port import FLASH

if TYPE_CHECKING:
    from collections.abc import Callable

    from srpki.cli.meaning import Meaning
    from srpki.management.port import Flash

_CHANGE: Final = "file.change-directory"
_LIST: Final = "file.list"
_REMOVE: Final = "file.remove"
_URLS: Final = ("url", "source-url", "destination-url")
_DEVICE: Final = regex(r"cf[1-4](?:-[a-d])?:", re.IGNORECASE)


class Host(Protocol):
    """The session, as far as the commands on files need it."""

    @property
    def files(self) -> Flash:
        """The files that the user reaches."""
        ...


class Files(Protocol):
    """The CLI, as far as the commands on files need it."""

    directory: str

    @property
    def host(self) -> Host:
        """The session."""
        ...

    def asked(self, said: Meaning) -> Answer:
        """Run the operation that *said* names, after its question if it has one."""
        ...

    def confirm(
        self, question: str, text: str, yes: Callable[[], Answer], no: Callable[[], Answer]
    ) -> Answer:
        """Print *text* and ask *question*."""
        ...

    def about_file(self, url: str) -> str:
        """Return the question before the file at *url* is removed, one of several."""
        ...


def placed(url: str, directory: str) -> str:
    r"""Return *url*, which may be relative to *directory*, from the root of its device on.

    ``..`` stands for the directory above and ``.`` for none. What is no name of a file here, or
    leads above the root, stays as it is, for the device to refuse.
    """
    device = _DEVICE.match(url)
    if device is None and ":" in url:
        return url
    rest = url[device.end() :] if device else url
    rooted = device is not None or rest.startswith("\\")
    base = device[0] if device else FLASH[:-1]
    steps = [] if rooted else [step for step in directory[len(base) :].split("\\") if step]
    for step in rest.removeprefix("\\").split("\\"):
        if step == ".." and steps and steps[-1] != "..":
            steps.pop()
        elif step != ".":
            steps.append(step)
    return f"{base}\\" + "\\".join(steps)


def run(shell: Files, said: Meaning) -> Answer:
    """Run the operation on files that *said* names, its URLs taken from the working directory."""
    inputs = {
        name: placed(str(value), shell.directory) if name in _URLS else value
        for name, value in said.inputs.items()
    }
    if said.operation in (_CHANGE, _LIST):
        inputs.setdefault("url", shell.directory)
    said = said._replace(inputs=inputs)
    if said.operation == _CHANGE:
        return _change(shell, said, moves=inputs["url"] != shell.directory)
    url = str(inputs.get("url", ""))
    if said.operation == _REMOVE and "force" not in inputs and wildcard(url) is not None:
        return _remove_each(shell, said, list(shell.host.files.matching(url)), "")
    return shell.asked(said)


def _change(shell: Files, said: Meaning, *, moves: bool) -> Answer:
    answer = shell.asked(said)
    if not moves or not isinstance(answer.data, WorkingDirectory):
        return answer
    url = answer.data.url
    shell.directory = url if url == FLASH else url.rstrip("\\")
    return Answer(data=answer.data)


def _remove_each(shell: Files, said: Meaning, urls: list[str], told: str) -> Answer:
    """Ask for each of *urls* whether it is to be removed, *told* what became of those before."""
    if not urls:
        return Answer(told)
    url, *others = urls

    def after(answer: Answer) -> Answer:
        return _remove_each(shell, said, others, answer.text) if answer.ok else answer

    def yes() -> Answer:
        return after(shell.asked(said._replace(inputs={"url": url, "force": True})))

    return shell.confirm(shell.about_file(url), told, yes, lambda: after(Answer()))
