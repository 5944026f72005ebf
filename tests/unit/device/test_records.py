"""What operations find is values; the text is made by a layout of the same name."""

from importlib import import_module
from pkgutil import iter_modules

import pytest
from counting import met

from srpki.core.record import Record
from srpki.device import records

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
    assert kinds == laid_out | parts
