"""What is installed: the program alone, whole, without what only its tests and pages need."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import foreign
import pytest

ROOT = Path(__file__).parents[2]
IMPORTED = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import srpki
assert srpki.__file__.startswith(sys.argv[1]), srpki.__file__
for module in pkgutil.walk_packages(srpki.__path__, "srpki."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
        print(module.name)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return a directory with what the wheel installs."""
    foreign.library("hatchling")
    place = tmp_path_factory.mktemp("wheel")
    foreign.run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", place, cwd=ROOT)
    (built,) = place.glob("*.whl")
    with ZipFile(built) as file:
        file.extractall(place / "installed")
    return place / "installed"


def test_every_module_of_the_wheel_can_be_imported_without_the_repository(wheel, tmp_path):
    words = [sys.executable, "-B", "-P", "-W", "ignore", "-c", IMPORTED, wheel]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 300


def test_the_wheel_has_the_program_and_its_licence_to_be_typed_alone(wheel):
    assert {path.name.partition("-")[0] for path in wheel.iterdir()} == {"srpki"}
    files = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    strange = {
        file
        for file in files
        if not file.endswith(".py") and ".dist-info/" not in file and file != "srpki/py.typed"
    }
    labs = {file for file in strange if file.startswith("srpki/training/") and ".toml" in file}
    assert len(files) > 300 and strange == labs
    assert {"srpki/training/template.toml", "srpki/training/lessons/refused.toml"} <= labs
    assert not {file for file in files if "reference/" in file or "test" in Path(file).name}
