"""Charts as lines of a terminal: what stands in which column, and that all is text."""

from datetime import UTC, datetime, timedelta

import pytest
from charts import EVIL, HOUR, ROW, START, at, chart
from counting import met

from srpki.core.plain import plain as as_json
from srpki.pictures.chart import Mark, Row, Span, chart_of
from srpki.pictures.scale import Scale
from srpki.pictures.text import LINES, bar, lines, plain


def text(found, columns=80, **more):
    return [plain(line) for line in lines(found, columns, **more)]


def test_every_column_shows_what_is_there():
    # a hundred hours in fifty columns: two hours a column
    found = bar(ROW, at(50), Scale(START, at(100), 50))
    assert found[:5] == ["unknown"] * 5
    assert found[5] == "mark-imported"  # at 10 h
    assert found[6:10] == ["valid"] * 4
    assert found[10] == "mark-failed"  # at 20 h
    assert found[11:15] == ["valid"] * 4
    assert found[15:20] == ["gap"] * 5  # from 30 to 40 h
    assert found[20] == "mark-renewed"
    assert found[21:25] == ["valid"] * 4
    assert found[25] == "now"  # at 50 h
    assert found[26:35] == ["valid"] * 9
    assert found[35:37] == ["window"] * 2  # from 70 h
    assert found[37] == "mark-planned"  # at 75 h
    assert found[38:40] == ["window"] * 2  # until 80 h
    assert found[40:] == ["planned"] * 10


def test_a_chart_is_read_from_the_top_to_the_bottom():
    found = text(chart(ROW, remarks=("All is well.",)), 52)
    assert found == [
        "Certificates of gw",
        "2027-03-01 00:00:00 to 2027-03-05 04:00:00, now",
        "2027-03-03 02:00:00 UTC",
        "",
        "  Mar 01      Mar 02      Mar 03      Mar 04",
        "  '           '           '           '",
        "gw.crt",
        "  ?????I====F====!!!!!R====|=========##P##----------",
        "    scheduled by profile p",
        "",
        "= valid   # valid and due   - planned",
        "! no valid certificate   ? not known   | now",
        "R renewed   F failed   P planned update   I imported",
        "All is well.",
    ]


def test_terminals_that_show_more_are_shown_more():
    assert text(chart(ROW), 52, signs=LINES)[7] == (
        "  ·····I━━━━F━━━━!!!!!R━━━━│━━━━━━━━━▒▒P▒▒┄┄┄┄┄┄┄┄┄┄"
    )


def test_a_gap_of_a_second_is_seen_and_a_failure_hides_nothing():
    row = Row(
        name="x",
        spans=(Span("valid", START, at(100)), Span("gap", at(10), at(10) + HOUR / 3600)),
        marks=(Mark("failed", at(50)), Mark("renewed", at(50) + HOUR / 60)),
    )
    found = bar(row, at(50), Scale(START, at(100), 50))
    assert (found[5], found[25]) == ("gap", "mark-both")
    seen = text(chart(row), 52)
    assert seen[7][2 + 25] == "X"
    assert "X renewed and failed" in "\n".join(seen)
    apart = row.but(
        marks=(Mark("failed", at(50)), Mark("renewed", at(60)), Mark("renewed", at(60)))
    )
    assert {"mark-failed", "mark-renewed"} < set(bar(apart, at(1), Scale(START, at(100), 50)))
    assert "renewed and failed" not in "\n".join(text(chart(apart), 52))


@pytest.mark.parametrize("columns", [40, 80, 132])
@pytest.mark.parametrize("name", ["a" * 95, "証明書" * 31, EVIL, "e\u0301" * 90, ""])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_obeyed(name, columns):
    row = ROW.but(name=name, notes=(name, " ".join([name] * 3)))
    found = chart(row, title=name, remarks=(name,))
    for line in met(9, text(found, columns, signs=LINES)):
        assert line.isprintable()
        wide = sum(2 if "\u2e80" <= sign <= "\u9fff" else sign != "\u0301" for sign in line)
        assert wide <= columns, line


def test_what_is_not_printed_is_spelt_out():
    assert r"<script>alert('1')</script>\"&\u202egnp.\u001b[31m\u2066\u000a".replace(
        r"\"", '"'
    ) in text(chart(ROW.but(name=EVIL)), 120)


@pytest.mark.parametrize("span", [timedelta(hours=2), timedelta(days=2), timedelta(days=7306)])
@pytest.mark.parametrize("year", [1951, 2027, 8970])
def test_two_hours_and_twenty_years_are_drawn_by_the_same_hand(span, year):
    start = datetime(year, 1, 1, tzinfo=UTC)
    end = start + span
    row = Row(name="x", spans=(Span("valid", start, end), Span("gap", start, start)))
    found = text(chart(row, start=start, end=end, now=start + span / 2))
    assert found[-3] == "  !" + "=" * 38 + "|" + "=" * 38
    assert found[-6].strip() and "'" in found[-5]


def test_many_rows_are_all_there_and_none_is_said():
    assert len(text(chart(*[ROW] * 600))) == 600 * 3 + 8
    assert "There is no certificate." in text(chart())


def test_a_chart_comes_back_from_json():
    found = chart(ROW.but(name=EVIL), remarks=(EVIL,))
    assert chart_of(as_json(found)) == found


@pytest.mark.parametrize(
    "change",
    [{"rows": 3}, {"start": "soon"}, {"rows": [{"name": "x"}]}, {"remarks": None}],
)
def test_what_is_no_chart_is_refused(change):
    with pytest.raises((ValueError, TypeError, KeyError)):
        chart_of(as_json(chart(ROW)) | change)
