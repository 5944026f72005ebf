"""How two configurations differ, in the lines of the classic CLI [cli.md 3.1]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.cli.classic.configuration import classic_lines
from srpki.cli.render.configuration import branch
from srpki.cli.render.rules import INFO
from srpki.schema.nodes import Container

if TYPE_CHECKING:
    from srpki.device.records.configuration import Comparison

_BANNERS: Final = ("#", "echo ")
"""Begin the lines between the sections, which are not indented."""


class _Block(NamedTuple):
    """A *line* of the *section* of the file; what it opens is *closed* by an ``exit``."""

    section: str
    line: str
    inner: tuple[_Block, ...]
    closed: bool


def classic_comparison(root: Container, data: Comparison) -> str:
    """Return between rules what *data* loses, with ``-``, and what it gains, with ``+``.

    Contexts in which something differs are shown around it, the rest is left out. Lines stand
    before and after the rules: Ansible finds the difference between them [observed-2.md 17].
    """
    both = (data.old, data.new)
    before, after = (_blocks(list(classic_lines(root, branch(one.configure)))) for one in both)
    processed = (f"Processing {_named(one.url)}... {one.seconds:.3f} s" for one in both)
    took = sum(one.seconds for one in both)
    different = list(_merged(before, after)) or [""]
    return "\n".join((*processed, INFO, *different, INFO, f"Finished in {took:.3f} s"))


def _named(url: str | None) -> str:
    return "current config" if url is None else f'"{url}"'


def _blocks(lines: Sequence[str], section: str = "") -> tuple[_Block, ...]:
    found: list[_Block] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith(_BANNERS):
            section = line if line.startswith("echo ") else section
            continue
        end = at
        while end < len(lines) and _depth(lines[end]) > _depth(line):
            end += 1
        closed = end < len(lines) and lines[end] == _exit(line)
        found.append(_Block(section, line, _blocks(lines[at:end], section), closed))
        at = end + closed
    return tuple(found)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _exit(line: str) -> str:
    return f"{' ' * _depth(line)}exit"


def _merged(old: tuple[_Block, ...], new: tuple[_Block, ...]) -> Iterator[str]:
    was, now = ([(block.section, block.line) for block in blocks] for blocks in (old, new))
    for what, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what == "equal":
            for before, after in zip(old[i:j], new[k:m], strict=True):
                yield from _around(before.line, tuple(_merged(before.inner, after.inner)))
        else:
            yield from (line for block in old[i:j] for line in _whole("-", block))
            yield from (line for block in new[k:m] for line in _whole("+", block))


def _around(line: str, inner: tuple[str, ...]) -> Iterator[str]:
    if inner:
        yield from (line, *inner, _exit(line))


def _whole(sign: str, block: _Block) -> Iterator[str]:
    yield sign + block.line[1:]
    for inner in block.inner:
        yield from _whole(sign, inner)
    if block.closed:
        yield sign + _exit(block.line)[1:]
