"""Scripted sessions: a command file in, a transcript (or one JSON object a line) out.

Must not import prompt_toolkit: a script never pays for the terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from srpki.cli.port import Answer
from srpki.cli.session import Session


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command of a script: what was shown before it, what it was, what came of it.

    The session has ended with it when it is *closed*.
    """

    prompt: str
    command: str
    output: str
    ok: bool
    closed: bool = False


def exchanges(session: Session, lines: Iterable[str]) -> Iterator[Exchange]:
    """Feed *lines* to *session* and yield what happened, one value a line fed.

    Empty lines and comments are passed over, except where they answer a question. A question
    that the script leaves unanswered is an error of its own.
    """
    question: str | None = None
    for raw in lines:
        line = raw.rstrip("\r\n")
        if question is None and (not line.strip() or line.lstrip().startswith("#")):
            continue
        prompt = session.prompt if question is None else question
        answer: Answer = session.feed(line)
        question = answer.question
        yield Exchange(prompt, line, answer.text, answer.ok, answer.closed)
        if answer.closed:
            return
    if question is not None:
        yield Exchange(question, "", "The script ends before this question is answered.", ok=False)


def run_script(
    session: Session, lines: Iterable[str], out: TextIO, *, keep_going: bool, as_json: bool
) -> int:
    """Run *lines* and write the transcript to *out*; return the exit status.

    0: every command succeeded; 1: one failed, after which nothing runs unless *keep_going*.
    """
    status = 0
    closed = False
    for exchange in exchanges(session, lines):
        out.write(_as_json(exchange) if as_json else _as_text(exchange))
        out.flush()
        closed = exchange.closed
        if not exchange.ok:
            status = 1
            if not keep_going:
                return status
    if not (as_json or closed):
        out.write(session.prompt + "\n")
    return status


def _as_text(exchange: Exchange) -> str:
    output = f"{exchange.output}\n" if exchange.output else ""
    return f"{exchange.prompt}{exchange.command}\n{output}"


def _as_json(exchange: Exchange) -> str:
    record = {
        "prompt": exchange.prompt,
        "command": exchange.command,
        "output": exchange.output,
        "ok": exchange.ok,
    }
    return json.dumps(record) + "\n"
