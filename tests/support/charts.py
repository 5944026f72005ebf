"""A chart whose places are round: a hundred hours, now in the middle."""

from datetime import UTC, datetime, timedelta

from srpki.pictures.chart import Chart, Mark, Row, Span

START = datetime(2027, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours):
    return START + hours * HOUR


def chart(*rows, hours=100, **more):
    given = {"title": "Certificates of gw", "start": START, "end": at(hours), "now": at(hours / 2)}
    return Chart(**given | {"rows": rows} | more)


EVIL = "<script>alert('1')</script>\"&\u202egnp.\x1b[31m\u2066\n"
"""What a browser, a terminal and a reader must see as text."""

ROW = Row(
    name="gw.crt",
    spans=(
        Span("unknown", at(-20), at(10)),
        Span("valid", at(10), at(30)),
        Span("gap", at(30), at(40)),
        Span("valid", at(40), at(80)),
        Span("window", at(70), at(80)),
        Span("planned", at(75), at(140)),
    ),
    marks=(
        Mark("imported", at(10)),
        Mark("failed", at(20), "step 2: no answer"),
        Mark("renewed", at(40)),
        Mark("planned", at(75)),
        Mark("planned", at(130)),
    ),
    notes=("scheduled by profile p",),
)
