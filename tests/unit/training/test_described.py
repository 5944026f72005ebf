"""The reference and the JSON Schema say what the loader reads: no more, no less."""

import json
import re
import tomllib
from importlib.resources import files

import pytest
from counting import met

from srpki.training import labfile
from srpki.training.described import PARAMETERS, SECTIONS, json_schema
from srpki.training.evaluation import READERS
from srpki.training.language.vocabulary import SUBJECTS
from srpki.training.mistakes import LabFileError

LAB = '[lab]\nname = "a"\ntitle = "A"\ntask = "x"\n[[check]]\nthat = "commands == 0"\nfail = "x"\n'
OF = {
    "lab": LAB.replace("[[check]]", "unknown = 1\n[[check]]"),
    "ca": LAB + "[ca]\nunknown = 1\n",
    "setup": LAB + "[setup]\nunknown = 1\n",
    "hint": LAB + '[[hint]]\ntext = "x"\nunknown = 1\n',
    "question": LAB + '[[question]]\nask = "x"\naccept = ["x"]\nunknown = 1\n',
    "check": LAB + "unknown = 1\n",
    "solution": LAB + "[solution]\nunknown = 1\n",
}


@pytest.mark.parametrize("section", met(7, SECTIONS))
def test_the_fields_of_a_section_are_those_that_are_read(section):
    with pytest.raises(LabFileError) as caught:
        labfile.load(OF[section].encode(), "a.toml")
    assert set(caught.value.hint.removeprefix("one of ").split(", ")) == set(
        SECTIONS[section].fields
    )


def test_the_fields_of_a_parameter_are_those_that_are_read():
    with pytest.raises(LabFileError) as caught:
        labfile.load((LAB + "[parameters]\np = { unknown = 1 }\n").encode(), "a.toml")
    assert set(caught.value.hint.removeprefix("one of ").split(", ")) == set(PARAMETERS)


def test_every_subject_has_its_reader():
    assert READERS.keys() == SUBJECTS.keys()


def test_a_lesson_that_ships_suits_the_schema():
    """Only what the schema uses is judged here: objects, lists, texts, numbers."""
    lesson = files("srpki.training.lessons") / "refused.toml"
    _suits(json.loads(json.dumps(json_schema())), tomllib.loads(lesson.read_text()))


def _suits(schema, value):
    kinds = {"object": dict, "array": list, "string": object, "integer": int, "boolean": bool}
    kind = schema.get("type")
    if isinstance(kind, str):
        assert isinstance(value, kinds[kind])
    if kind == "object":
        assert set(schema.get("required", ())) <= value.keys()
        for name, inner in value.items():
            more = schema["properties"].get(name) if "properties" in schema else None
            _suits(more or schema["additionalProperties"], inner)
    if kind == "array":
        for item in value:
            _suits(schema["items"], item)
    if "pattern" in schema:
        assert re.search(schema["pattern"], value)
    if "enum" in schema:
        assert value in schema["enum"]
