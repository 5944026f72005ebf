"""Control characters, bidirectional marks and what cannot be seen: not in names, not on the screen."""

import io
import unicodedata

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.core.text import screen
from srpki.frontend.batch import run_script
from srpki.frontend.records import Records, Transcript
from srpki.frontend.variables import filled

UNSEEN = {
    "bidirectional": "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    "zero-width": "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e",
    "separators": "\u2028\u2029\u0085",
    "controls": "\x1b\x9b\x07\x08\x7f\x00",
    "tags and variation": "\U000e0001\U000e0041",
}
EVERY = [character for characters in UNSEEN.values() for character in characters]
PLACES = (
    'system name "{}"',
    'system security pki ca-profile "{}"',
    'system security pki ca-profile "x" description "{}"',
    'system security pki certificate-update-profile "{}"',
    'system security pki est-profile "{}"',
    'system security tls trust-anchor-profile "{}"',
    'system security tls cert-profile "{}"',
    'ipsec cert-profile "{}"',
    'log filter "{}"',
    'log log-id "1" description "{}"',
    'system transmission-profile "{}"',
)


@pytest.mark.parametrize("character", met(20, EVERY), ids=lambda each: f"U+{ord(each):04X}")
def test_a_name_or_a_description_has_nothing_that_cannot_be_seen(device, character):
    session = Session(device)
    session.feed("edit-config private")
    for place in PLACES:
        for text in (f"a{character}b", character, f"ab{character}"):
            answer = session.feed("/configure " + place.format(text))
            assert not answer.ok, place
    assert not session.uncommitted


def test_names_in_other_scripts_are_names(device):
    session = Session(device)
    session.feed("edit-config private")
    for name in ("Zürich", "名前", "مصر", "\u05d0\u05d1", "a b"):
        assert session.feed(f'/configure system security pki ca-profile "{name}"').ok


def test_no_answer_holds_what_a_terminal_obeys(device):
    session = Session(device)
    for character in met(20, EVERY):
        for line in (
            f"sh{character}ow",
            f'show "{character}',
            f"{character}",
            f"show version | match {character}",
        ):
            for answer in (session.feed(line),):
                assert visible(answer.text), (line, answer.text)


def visible(text):
    return all(
        sign in "\n\t" or unicodedata.category(sign)[0] not in "CZ" or sign == " " for sign in text
    )


@pytest.mark.parametrize("json", [False, True])
def test_a_script_with_control_characters_prints_none(device, json):
    out, errors = io.StringIO(), io.StringIO()
    lines = [f"sh{character}ow {character}" for character in EVERY]
    writer = Records("f", out) if json else Transcript("f", out, errors)
    numbered = [filled(number, line, {}) for number, line in enumerate(lines, 1)]
    run_script(Session(device), numbered, writer, keep_going=True)
    assert visible(out.getvalue()) and visible(errors.getvalue())
    if not json:
        assert "sh?ow ?" in out.getvalue()


def test_a_file_on_the_flash_with_control_characters_prints_none(device):
    for number, character in met(20, enumerate(EVERY)):
        device.files.save(f"cf3:/s{number}", f"sh{character}ow\n")
        answer = Session(device).feed(f"exec cf3:/s{number}")
        assert not answer.ok
        assert visible(answer.text), answer.text


def test_what_may_be_shown_is_left_as_it_is():
    text = "Zürich 名前\n\tx | y\n"
    assert screen(text) is not None and screen(text) == text
    assert screen("a\r\nb\n") == "a\nb\n"
    assert screen("\x1b[2J\u202ex") == "?[2J?x"
