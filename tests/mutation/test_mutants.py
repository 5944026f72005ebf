"""The breaks that mutation testing makes: each is Python still, and another program."""

import ast
from pathlib import Path

import mutants
import pytest

_SRPKI = Path(__file__).parents[2] / "srpki"

SOURCE = '''
MOST: Final = 1 << 4
_LEAST: Final = 8
NAME: Final = "no limit"

def check(value, word="ä"):
    """Say if that is so."""
    if value is None or not word:
        raise ValueError
    if not _LEAST <= value < MOST:
        return False
    judge(value)
    self._log("nothing of a check")
    try:
        found = [one for one in word if one != "a"]
    except (KeyError, OSError):
        return True
'''.lstrip()


def made():
    source = SOURCE.encode()
    lines = SOURCE.splitlines()
    for one in mutants.mutants(source):
        yield one.line, one.applied(source).decode().splitlines()[one.line - 1], lines[one.line - 1]


def test_every_kind_of_check_is_broken():
    assert sorted((line, after.strip()) for line, after, _ in made()) == sorted(
        [
            (1, "MOST: Final = ((1 << 4) * 4)"),
            (2, "_LEAST: Final = 32"),
            (7, "if False:"),
            (7, "if (not word):"),
            (7, "if (value is None):"),
            (7, "if (value is not None) or not word:"),
            (7, "if value is None or word:"),
            (9, "if False:"),
            (9, "if (_LEAST <= value < MOST):"),
            (9, "if not value <= value < MOST:"),
            (9, "if not _LEAST <= value < value:"),
            (10, "return True"),
            (11, "pass"),
            (14, "found = [one for one in word if True]"),
            (14, 'found = [one for one in word if (one == "a")]'),
            (15, "except ZeroDivisionError:"),
            (16, "return False"),
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    "path", ["x509/signatures.py", "labca/http11.py", "keystore/seal.py", "protocol/cmp/mac.py"]
)
def test_each_break_is_python_still_and_another_program(path):
    source = (_SRPKI / path).read_bytes()
    whole = ast.dump(ast.parse(source))
    breaks = mutants.mutants(source)
    assert len(breaks) > 20
    for one in breaks:
        assert ast.dump(ast.parse(one.applied(source))) != whole
