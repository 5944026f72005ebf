"""Every refusal in the words of SR OS [cli.md sections 2 and 3.2]; decided where it is silent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from srpki.cli.port import Fault
from srpki.cli.walker import Failure
from srpki.config.errors import (
    InvalidConfigurationError,
)
from srpki.config.lexer import LINE_LIMIT, Token
from srpki.config.strictness import Mistake, Omission
from srpki.core.errors import MissingInputError, NotAuthorizedError, NotSavedError, SrpkiError
from srpki.core.patterns import regex
from srpki.management import messages

NOT_EMULATED: Final = (
    *("copy", "insert", "rename", "replace"),
    *("apply-groups", "apply-groups-exclude"),
)
"""Commands and elements that every context of SR OS has, and none of this program."""


_OPENING: Final = "open file "
"""Begins what the device says of a file that cannot be opened, as the MD-CLI prints it."""


def md_failure(failure: Failure, tokens: Sequence[Token], line: str, margin: int) -> str:
    """Return the caret line under the whole word, and the message.

    *margin* is the length of the prompt's last line: the carets stand under the line as echoed.
    """
    start, width = _place(failure, tokens, line)
    carets = " " * (margin + start) + "^" * width
    return f"{carets}\n{_md_text(failure)}"


def md_message(failure: Failure) -> str:
    """Return the message where no carets can point: it names what the refused value is for."""
    if failure.kind == "value" and failure.element:
        failure = failure._replace(text=f"'{failure.element}' - {failure.text}")
    return _md_text(failure)


def md_unreadable(mistake: Mistake) -> str:
    """Return the message about a line of a file that has the *mistake*."""
    if mistake.said:
        return md_mistake(mistake.said.removesuffix("."))
    if mistake.kind == "foreign":
        return not_emulated(f"'{mistake.text}'")
    return md_message(Failure(mistake.kind, 0, mistake.text, mistake.names, mistake.element))


_TOLD: Final = 100
"""Most branches that are told of one by one."""


def passed_over(omitted: Sequence[Omission]) -> Iterator[str]:
    """Yield the warnings of what a reader has *omitted*, for either CLI."""
    yield from (f"WARNING: CLI {one.sentence}" for one in omitted[:_TOLD])
    if len(omitted) > _TOLD:
        yield f"WARNING: CLI {len(omitted) - _TOLD:,} more branches passed over"


def not_read(branch: str, lines: int) -> str:
    """Return the warning about a foreign *branch* of so many *lines*, for either CLI."""
    return next(passed_over((Omission("foreign", branch, 1, lines, 0),)))


def _md_text(failure: Failure) -> str:
    match failure.kind:
        case "unknown" if failure.text in NOT_EMULATED:
            return not_emulated(f"'{failure.text}'")
        case "missing":
            return "\n".join(map(missing_value, failure.names))
        case "ambiguous":
            fits = ", ".join(failure.names)
            number = "MGMT_CORE #2201"
            return f"MINOR: {number}: Unknown element - '{failure.text}' - ambiguous: {fits}"
        case "unknown":
            return f"MINOR: MGMT_CORE #2201: Unknown element - '{failure.text}'"
        case _:
            return f"MINOR: MGMT_CORE #2301: Invalid element value - {failure.text}"


def classic_failure(
    failure: Failure, tokens: Sequence[Token], line: str, margin: int, *, command: bool
) -> str:
    """Return the caret line, a single one, and the message.

    *command* tells that a command was expected where it went wrong, not a value.
    """
    start, _ = _place(failure, tokens, line)
    caret = " " * (margin + start) + "^"
    return f"{caret}\n{classic_message(failure, command=command)}"


def classic_message(failure: Failure, *, command: bool) -> str:
    """Return the message about a line that went wrong, without the caret."""
    match failure.kind:
        case "missing":
            return "Error: Missing parameter"
        case "ambiguous":
            return f"Error: Ambiguous command. ({', '.join(failure.names)})"
        case "unknown" if command:
            return "Error: Bad command."
        case "unknown":
            return "Error: Invalid parameter."
        case _:
            return f"Error: Invalid parameter. {failure.text}"


def _place(failure: Failure, tokens: Sequence[Token], line: str) -> tuple[int, int]:
    if failure.at < len(tokens):
        token = tokens[failure.at]
        return token.start, token.end - token.start
    return len(line.rstrip()) + 1, 1


_MESSAGE: Final = regex(r"^(MINOR|MAJOR|CRITICAL): (?:\w+ #(\d+): )?", re.MULTILINE)


def fault(text: str, error: str = "", column: int | None = None) -> Fault:
    """Return the fault that the message *text* tells of; *error* is the code of its cause."""
    found = _MESSAGE.search(text)
    severity, code = (found[1].lower(), found[2] or "") if found else ("", "")
    return Fault(severity, code, error, column)


def column(failure: Failure, tokens: Sequence[Token], line: str) -> int:
    """Return the place in *line*, from 1, where it went wrong."""
    return _place(failure, tokens, line)[0] + 1


TOO_LONG = f"line longer than {LINE_LIMIT} characters"
"""Why a line beyond the limit is refused."""


def md_mistake(sentence: str) -> str:
    """Return *sentence*, a fact of the session itself, as an error of the MD-CLI."""
    return f"MINOR: CLI #2005: Error while processing command - {sentence}"


def classic_mistake(sentence: str) -> str:
    """Return *sentence*, a fact of the session itself, as an error of the classic CLI."""
    return f"MINOR: CLI {sentence[:1].upper()}{sentence[1:]}."


def missing_value(name: str) -> str:
    """Return the refusal of a line that lacks the value *name*."""
    return messages.said("missing-input", name)


def not_emulated(what: str) -> str:
    """Return the refusal of *what* a router has and this program has not."""
    return f"MINOR: CLI #2005: Error while processing command - {what} is not emulated"


def stopped_at(line: int) -> str:
    """Return where the reading of a file ended, after the message that says why."""
    return f"MINOR: CLI #2005: Error while processing command - stopped at line {line}"


def not_in(command: str, context: str) -> str:
    """Return the refusal of a *command* in a *context* that has it not [observed-2.md 8]."""
    return f"MINOR: MGMT_CORE #2203: Invalid element - '{command}' not allowed in '{context}'"


def not_allowed(reason: str) -> str:
    """Return the refusal of what the MD-CLI's present mode does not allow."""
    return f"MINOR: CLI #2069: Operation not allowed - {reason}"


def md_error(error: SrpkiError) -> str:
    """Return *error* as the MD-CLI prints it."""
    return "\n".join(messages.messages(error))


def operation_failed(sentence: str) -> str:
    """Return the MD-CLI's message for an operation that failed."""
    return messages.failed(sentence)


def classic_error(error: SrpkiError) -> str:
    """Return *error* as the classic CLI prints it."""
    if isinstance(error, InvalidConfigurationError):
        return "\n".join(f"MINOR: CLI {problem}" for problem in error.problems)
    if isinstance(error, MissingInputError):
        return f"Error: Missing parameter. ({', '.join(error.names)})"
    if isinstance(error, NotSavedError):
        return f"MINOR: CLI {error}"
    if isinstance(error, NotAuthorizedError):
        return "MINOR: CLI Command not allowed for this user."
    return classic_failed(str(error))


def classic_failed(sentence: str) -> str:
    """Return the classic CLI's message for an operation that failed.

    Of a file that cannot be opened the two CLIs say different things [cli.md 1.9, 3.2].
    """
    if sentence.startswith(_OPENING):
        sentence = f"Could not access file {sentence.removeprefix(_OPENING)}"
    return f"MINOR: CLI {sentence}"
