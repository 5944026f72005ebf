"""Any history of saving and removing leaves the versions that a plain list would hold."""

import tempfile
from pathlib import Path

from counting import met
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.storage.versions import Versions

SAVES = st.tuples(st.just("save"), st.binary(max_size=2), st.integers(0, 4))
REMOVALS = st.tuples(st.just("remove"), st.integers(0, 4), st.none())


@settings(max_examples=60, deadline=None)
@given(st.lists(SAVES | REMOVALS, min_size=1, max_size=12))
def test_versions_are_what_a_list_would_hold(steps):
    with tempfile.TemporaryDirectory() as directory:
        versions = Versions(Path(directory) / "config.cfg", "cf3:\\config.cfg")
        model = []
        for step, what, backups in met(1, steps):
            if step == "save":
                changed = model[:1] != [what]
                assert versions.save(what, backups) == changed
                if changed:
                    model = [what, *model][: backups + 1]
            elif what < len(model):
                versions.remove(what)
                del model[what]
            found = [versions.read(number) for number in versions.numbers(20)]
            assert found == model
            assert versions.numbers(20) == tuple(range(len(model)))
            assert len(list(Path(directory).iterdir())) == len(model)
