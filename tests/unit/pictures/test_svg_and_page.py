"""Charts as SVG and HTML: judged by parsers, the places by reckoning."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from charts import EVIL, ROW, at, chart
from counting import met

from srpki.pictures.page import page
from srpki.pictures.svg import MARGIN, WIDTH, svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(found):
    return ET.fromstring(svg(found).encode())


def test_what_is_drawn_lies_in_proportion():
    root = drawn(chart(ROW))
    hour = (WIDTH - 2 * MARGIN) / 100
    rects = {
        (rect.get("class"), float(rect.get("x")), float(rect.get("width")))
        for rect in root.iter(f"{SVG}rect")
        if rect.get("class")
    }
    assert rects == {
        ("unknown", MARGIN, 10 * hour),  # what lies before the picture is cut off
        ("valid", MARGIN + 10 * hour, 20 * hour),
        ("gap", MARGIN + 30 * hour, 10 * hour),
        ("valid", MARGIN + 40 * hour, 40 * hour),
        ("window", MARGIN + 70 * hour, 10 * hour),
        ("planned", MARGIN + 75 * hour, 25 * hour),
    }
    marks = [
        (path.get("class"), float(re.match(r"translate\(([0-9.]+),", path.get("transform"))[1]))
        for path in root.iter(f"{SVG}path")
        if path.get("class")
    ]
    assert sorted(marks) == [
        ("mark-failed", MARGIN + 20 * hour),
        ("mark-imported", MARGIN + 10 * hour),
        ("mark-planned", MARGIN + 75 * hour),  # the one beyond the end is not drawn
        ("mark-renewed", MARGIN + 40 * hour),
    ]
    (now,) = [group for group in root.iter(f"{SVG}g") if group.get("class") == "now"]
    assert now[0].get("d").startswith(f"M{MARGIN + 50 * hour:.1f},")


def test_rows_lie_below_each_other_and_the_picture_holds_them():
    root = drawn(chart(*[ROW] * 300))
    tops = [
        float(row.find(f"{SVG}text").get("y"))
        for row in root.iter(f"{SVG}g")
        if row.get("class") == "row"
    ]
    assert len(tops) == 300 and tops == sorted(set(tops))
    assert tops[-1] < float(root.get("height"))


class Seen(HTMLParser):
    """What a browser would see: its elements, and the text of each."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def test_whatever_a_name_holds_is_text():
    row = ROW.but(name=EVIL, notes=(EVIL,), marks=(ROW.marks[0].but(text=EVIL),))
    found = chart(row, title=EVIL, remarks=(EVIL,))
    seen = Seen()
    seen.feed(page(found))
    assert "script" not in seen.tags
    for name, value in met(50, seen.attributes):
        assert not name.startswith("on")
        assert name not in {"src", "href", "action"} and "url(" not in (value or "")
    shown = r"<script>alert('1')</script>" + '"' + r"&\u202egnp.\u001b[31m\u2066\u000a"
    assert seen.text.count(shown) >= 5
    assert seen.text.isprintable() or set(seen.text) - {"\n"} == {
        sign for sign in seen.text if sign.isprintable()
    }
    root = ET.fromstring(svg(found).encode())
    assert "".join(root.itertext()).count(shown) >= 4
    assert not list(root.iter(f"{SVG}script"))


def test_a_page_is_one_file_that_forbids_the_rest():
    text = page(chart(ROW, remarks=("All is well.",)))
    assert "default-src 'none'" in text
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert text.index("scheduled by profile p") < text.index("All is well.")
    assert "step 2: no answer" in text
    assert f"{at(20):%Y-%m-%d %H:%M:%S} UTC" in text
