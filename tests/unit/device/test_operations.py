"""Every action of the schema runs something, unless it says that it is not emulated."""

import pytest
from counting import met

from srpki.device.operations.registry import OPERATIONS
from srpki.schema.nodes import ABSENT, Action, Container
from srpki.schema.tree import LAB_SCHEMA


def actions(node):
    for child in node.children:
        if isinstance(child, Container):
            yield from actions(child)
        elif isinstance(child, Action):
            yield child.operation


KNOWN = sorted({name for name in actions(LAB_SCHEMA.operations_md) if not name.startswith(ABSENT)})


@pytest.mark.parametrize("operation", met(60, KNOWN))
def test_every_operation_has_a_function_of_the_device(operation):
    assert callable(OPERATIONS[operation])


@pytest.mark.parametrize("operation", ["show.nothing", "nothing", "", "."])
def test_what_the_device_does_not_know_is_refused(node, operation):
    result = node.router.node.run(operation, {})
    assert not result.ok
    assert f"operation {operation} is not emulated" in str(result.error)
