"""The programs of how-to/automate.md, as they stand there, at a node that is served."""

import re
from pathlib import Path

import pytest
from counting import met

pytestmark = [
    pytest.mark.interop,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:::paramiko"),
]
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "automate.md"
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("program", met(3, PROGRAMS), ids=["netmiko", "scrapli", "asyncssh"])
def test_the_programs_of_the_page(served, capsys, program):
    assert "2222" in program
    exec(program.replace("2222", str(served.port)), {"__name__": "page"})
    assert "TiMOS-C-26.3" in capsys.readouterr().out
