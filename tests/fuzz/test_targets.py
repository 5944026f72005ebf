"""The fuzzer's targets stand what they begin with, and some damage to it."""

import importlib.util
from pathlib import Path

import pytest
from counting import met
from damage import flipped

_SPEC = importlib.util.spec_from_file_location(
    "fuzz_targets", Path(__file__).with_name("targets.py")
)
targets = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(targets)


@pytest.mark.parametrize("name", met(6, targets.TARGETS))
def test_a_target_stands_its_seeds_whole_cut_and_flipped(name):
    target, make = targets.TARGETS[name]
    seeds = make()
    assert seeds
    for seed in seeds[:20]:
        target(seed)
        target(seed[: len(seed) // 2])
        for _, changed in flipped(seed, max(1, len(seed) // 5)):
            target(changed)


def test_the_dictionary_has_the_words_of_both_command_lines():
    assert {"configure", "edit-config", "ca-profile", "admin"} <= targets.words()
