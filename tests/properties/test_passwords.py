"""A password is shown, remembered and told nowhere, however the line is spelled that sets it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srpki.cli.session import Session

PASSWORD = "Xq7-Zebra9"
WORDS = ("system", "security", "user-params", "local-user", "user", "password")
CLASSIC = ("system", "security", "user", "password")
SHOWING = ("info", "info flat", "info json", "info detail", "compare", "history", "commit")
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def abbreviated(draw, word, least):
    return word[: draw(st.integers(least, len(word)))]


@st.composite
def md_lines(draw):
    """Draw lines that set the password of a user: by a path, by contexts or by braces."""
    quote = draw(st.sampled_from(['"', ""]))
    value = f"{quote}{PASSWORD}{quote}"
    least = {"user-params": 6, "security": 2, "system": 2, "local-user": 3, "user": 4}
    words = [abbreviated(draw, word, least.get(word, 4)) for word in WORDS]
    words[4] = f'{words[4]} "ann"'
    at = draw(st.integers(0, 5))
    before, inside = " ".join(words[:at]), " ".join(words[at:])
    way = draw(st.sampled_from(["path", "contexts", "braces", "wrong"]))
    if way == "path":
        return [f"/configure {' '.join(words)} {value}"]
    if way == "contexts":
        return [f"/configure {before}".rstrip(), f"{inside} {value}"]
    if way == "braces":
        return [f"/configure {before} {{ {inside} {value} }}".replace("  ", " ")]
    return [f"/configure {' '.join(words)} {value} {draw(st.sampled_from(['frob', '}', ']']))}"]


def everything(told, session, answers):
    """Return all that anybody can see of a session: answers, history, events."""
    history = "\n".join(entry.line for entry in session.history.recent(100))
    return "\n".join([*answers, history, repr(told)])


@SLOW
@given(lines=md_lines(), show=st.sampled_from(SHOWING))
def test_no_spelling_of_the_md_cli_shows_a_password(new_device, lines, show):
    device, told = new_device(), []
    device.announcer._publish = lambda kind, subject, /, **fields: told.append((kind, fields))
    session = Session(device, "md")
    typed = ["edit-config private", *lines, "/configure", show, "history", "top", "info"]
    answers = [session.feed(line).text for line in typed]
    assert told
    assert PASSWORD not in everything(told, session, answers)


@SLOW
@given(
    at=st.integers(0, 3),
    quote=st.sampled_from(['"', ""]),
    more=st.sampled_from(["", " frob", " hash2", " create"]),
)
def test_no_spelling_of_the_classic_cli_shows_a_password(new_device, at, quote, more):
    device, told = new_device("mixed"), []
    device.announcer._publish = lambda kind, subject, /, **fields: told.append((kind, fields))
    session = Session(device, "classic")
    words = [*CLASSIC[:2], 'user "ann"', CLASSIC[3]]
    inside = f"{' '.join(words[at:])} {quote}{PASSWORD}{quote}{more}"
    typed = [" ".join(("configure", *words[:at])), inside, "info", "history", "exit all"]
    answers = [session.feed(line).text for line in typed]
    answers.append(session.feed("admin display-config").text)
    assert told
    assert PASSWORD not in everything(told, session, answers)
