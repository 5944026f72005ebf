"""What passes while the lab's clock is moved is shown as it passes, where a person watches."""

import pytest

from srpki.cli.session import Session
from srpki.frontend.labs import opened_lab
from srpki.frontend.progress import Dots

pytestmark = pytest.mark.timeout(60)

ENTER = "\r"
PKI = "admin system security pki"
ENROLLED = f"""\
edit-config private
/configure system security pki certificate-auto-update "gw.crt" key-file-name "gw.key" profile "lab-cmp"
commit
quit-config
{PKI} generate-keypair save-path "cf3:/gw.key" ecdsa-curve secp256r1
{PKI} import type key format der input-url "cf3:/gw.key" output-file "gw.key"
{PKI} est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key" subject-dn "CN=gw" output-file "gw.crt"
"""


@pytest.fixture
def device(tmp_path):
    """A node in lab mode with one certificate that renews itself."""
    with opened_lab(tmp_path / "node") as (router, _):
        session = Session(router)
        for line in ENROLLED.splitlines():
            answer = session.feed(line)
            assert answer.ok, answer.text
        yield router


def test_each_event_is_printed_as_it_passes(typist):
    typist.type(f"lab clock advance 40d{ENTER}")
    update = 'Update of certificate "gw.crt" with profile "lab-cmp" has'
    told = ("advance 40d", f" UTC  {update} started", f" UTC  {update} finished.", "Lab time is")
    places = [typist.raw.index(text) for text in told]
    assert places == sorted(places)
    assert typist.raw.count(update) == 2  # none of them is told again


def test_only_while_the_clock_moves_and_only_to_whom_moves_it(typist, device):
    other = Session(device)
    update = f'{PKI} update-certificate certificate "gw.crt"'
    assert "has started" not in "".join(typist.type(f"{update}{ENTER}"))
    assert "has started" not in other.feed("").text


def test_a_script_shows_what_came_of_it_alone(device):
    text = Session(device).feed("lab clock advance 40d").text
    assert text.startswith("Lab time is") and "has started" not in text


def test_a_line_takes_the_dots_off_the_screen_first():
    written = []
    dots = Dots(written.append, None)
    dots._count = 3
    dots.pause()
    assert written == ["\r   \r"]
