"""What operations find is values; the text is made by a layout of the same name."""

import ast
import inspect
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest
from counting import met

from srpki.core.record import Record
from srpki.device import records
from srpki.device.operations.registry import OPERATIONS
from srpki.device.records.configuration import Comparison
from srpki.device.records.lesson import LabSolution

ELSEWHERE = {Comparison, LabSolution}
"""What only one of the CLIs or the program shows, and lays out itself."""

FAMILIES = met(4, (found.name for found in iter_modules(records.__path__) if found.name != "words"))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_record_has_a_layout_or_is_part_of_one_that_has(family):
    module = import_module(f"srpki.device.records.{family}")
    kinds = {
        kind
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, Record)
        and kind.__module__ == module.__name__
    }
    laid_out = set(import_module(f"srpki.cli.render.{family}").LAYOUTS)
    parts = {
        kind
        for kind in kinds
        for other in kinds
        for written in other.__annotations__.values()
        if kind.__name__ in written.replace("[", " ").replace(",", " ").split()
    }
    assert kinds
    assert laid_out <= kinds
    assert kinds == laid_out | parts | (ELSEWHERE & kinds)


# --- the registry ---------------------------------------------------------------------------------

NOTHING_TO_FIND = {
    "admin.clear-lockout": "lets in what it was told; show.system.security.user finds the rest",
    "admin.clear-password-history": "forgets what it was told to",
    "admin.reboot": "the node that could tell is gone",
    "admin.synchronize-certificate": "there is one CPM, and nothing is copied",
    "debug.auto-certificate-update": "switches on, as it was told; debug.show finds what is on",
    "debug.auto-crl-update": "as above",
    "debug.cmpv2": "as above",
    "debug.est": "as above",
    "debug.ocsp": "as above",
    "debug.off": "switches all off",
    "lab.ca.fault.add": "scripts what it was told; lab.ca.fault.list finds it",
    "lab.ca.fault.clear": "forgets them all",
    "pki.clear-ocsp-cache": "forgets what it was told to",
    "pki.cmpv2.clear-request": "forgets what it was told to",
    "sleep": "waits as long as it was told",
    "wait.certificate": "waits for what it was told, or ends in an error",
    "wait.event": "as above",
}
"""The operations that return no record, each with the reason."""


def returned(function, module):
    """Yield what *function* returns, and the functions of *module* that it hands on to."""
    tree = ast.parse(inspect.getsource(function).lstrip())
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
            name = getattr(node.value.func, "id", "")
            if name == "Outcome":
                yield {word.arg for word in node.value.keywords}
            elif name:
                yield from returned(getattr(module, name), module)


@pytest.mark.parametrize("operation", met(70, OPERATIONS))
def test_every_operation_returns_a_record_or_says_why_not(operation):
    function = OPERATIONS[operation]
    ends = list(returned(function, sys.modules[function.__module__]))
    assert ends, "it returns no outcome"
    if operation in NOTHING_TO_FIND:
        assert ends == [set()] * len(ends)
    else:
        assert all("data" in words for words in ends), ends


def test_what_is_said_to_find_nothing_exists():
    assert set(NOTHING_TO_FIND) <= set(OPERATIONS)
