"""Strategies: any configuration that the schema allows, any line that may be typed."""

from dataclasses import dataclass

import pytest
from configurations import trees, values
from hypothesis import strategies as st

_TYPED = """
admin configure system security pki ca-profile x cmpv2 private edit-config exit all info no create
shutdown show log log-id 99 compare load rollback merge tree pwc back top update discard commit
validate environment command-alias alias "*" * [1..3] lines 3 summary xml detail url cf3:\\x delete { } [ ] | match / // " "x "y" # }} \\
shutdown show log log-id 99 compare delete { } [ ] | match / // " "x "y" # }} \\
! !! !1 !c > >cf3:/f exec cf3:/f count no-more history environment more false password pwc logout
"""
_WORDS = st.sampled_from(_TYPED.split())
_CHARACTERS = st.text(
    st.characters(max_codepoint=0x2100, exclude_categories=("Cs",)), max_size=2600
)


@dataclass(frozen=True)
class Strategies:
    """What the tests draw from."""

    trees: object = trees()
    lines: object = st.one_of(st.lists(_WORDS, max_size=40).map(" ".join), _CHARACTERS)
    values: object = staticmethod(values)


@pytest.fixture(scope="session")
def strategies():
    """The strategies above; fixtures reach every test file without an import."""
    return Strategies()


@pytest.fixture(scope="session")
def run():
    """Let a device run a configuration, which need not be valid, while sessions are open."""

    def replace(device, tree):
        with device.datastore.lock:
            device.datastore.replace(tree, ())

    return replace
