"""The drawn figures, as the part of the pages shows them: readable, told in words, the same each time."""

import re
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.relationships.pictures.curve import Course, Event, curve, ticks
from domain.relationships.pictures.map import MOST_SHOWN, Relation, Words, relations_map
from domain.relationships.pictures.shapes import MARKS, Picture, Said
from domain.relationships.pictures.timeline import Moment, timeline
from domain.relationships.pictures.year import Names, heat
from functions.framework.pages import environment

SAID = Said("Title & <more>", 'What it says: "this"')
KINDS = {kind: kind.title() for kind in MARKS}
WORDS = Words("You", "No group", "Others", "A person", "A company")
NAMES = Names("MTWTFSS", [f"{date(2026, month, 1):%b}" for month in range(1, 13)], "none", "4 or more")
START = date(2024, 1, 1)
PARTS = Path(__file__).parents[4] / "web" / "parts"
SVG = "{http://www.w3.org/2000/svg}"


def a_curve(weeks: int = 60) -> Picture:
    scores = [week * 7 % 101 for week in range(weeks)]
    events = [Event(week, list(MARKS)[week % 6]) for week in range(0, weeks, 5)]
    return curve(SAID, Course(START, scores, events), KINDS, lambda on: f"{on:%b %Y}")


def a_timeline(count: int = 9) -> Picture:
    moments = [
        Moment(date(2026, 3, 1) - timedelta(days=30 * n), "call", "A <call> & more " * 4)
        for n in range(count)
    ]
    return timeline(SAID, moments, lambda on: f"{on.day} {on:%b}")


def a_map(count: int = 80) -> Picture:
    relations = [Relation(f"Person <{n}>", n * 37 % 101, f"Group {n % 9}", n % 5 == 0) for n in range(count)]
    return relations_map(SAID, relations, WORDS)


def a_year(year: int = 2024) -> Picture:
    days = {date(year, 1, 1) + timedelta(days=7 * n): n % 6 for n in range(52)}
    return heat(SAID, year, days, NAMES)


PICTURES = {"curve": a_curve, "timeline": a_timeline, "map": a_map, "year": a_year}


def shown(picture: Picture) -> str:
    """The figure as the part writes it."""
    source = (
        '{% from "parts/chart.html" import chart %}'
        '{{ chart("a", "A figure", picture, ["Name"], [["<Ada>"]], ()) }}'
    )
    return environment().from_string(source).render(picture=picture)


def drawing(picture: Picture) -> ET.Element:
    html = shown(picture)
    svg = html[html.index("<svg") : html.index("</svg>") + 6]
    return ET.fromstring(svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))  # noqa: S314 - ours


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_drawn_the_same_each_time(name: str) -> None:
    assert shown(PICTURES[name]()) == shown(PICTURES[name]())


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows_and_has_its_table(name: str) -> None:
    picture = PICTURES[name]()
    svg = drawing(picture)
    title, description = svg.findall(f"{SVG}title")[0], svg.findall(f"{SVG}desc")[0]
    assert (title.text, description.text) == (SAID.title, SAID.description)
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert svg.get("role") == "img"
    assert '<th scope="row" dir="auto">&lt;Ada&gt;</th>' in shown(picture)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_neither_style_nor_script_nor_a_colour_of_its_own(name: str) -> None:
    """The pages' policy allows no inline style, and a fixed colour would be wrong in the dark."""
    html = shown(PICTURES[name]())
    assert not re.search(r"<style|style=|<script|class=\"p|href=", html)
    colours = set(re.findall(r'(?:fill|stroke)="([^"]*)"', html))
    assert all(re.fullmatch(r"none|var\(--[a-z0-9-]+\)", colour) for colour in colours), colours
    tokens = (PARTS / "tokens.css").read_text("utf-8")
    assert all(f"{colour[4:-1]}:" in tokens for colour in colours - {"none"})


@pytest.mark.parametrize(("name", "most"), [("curve", 14), ("timeline", 6), ("map", 26), ("year", 14)])
def test_a_picture_is_small(name: str, most: int) -> None:
    assert len(shown(PICTURES[name]()).encode()) < most * 1024


def test_every_day_of_a_year_has_one_square() -> None:
    for year, days in ((2024, 366), (2026, 365)):
        squares = [
            move
            for shape in a_year(year).shapes
            if shape.tag == "path"
            for move in shape.attributes["d"].split("z")[:-1]
        ]
        assert len(squares) == len(set(squares)) == days


@given(weeks=st.integers(0, 800))
def test_the_months_below_a_curve_do_not_collide(weeks: int) -> None:
    named = list(ticks(weeks))
    assert len(named) <= 4
    places = [
        (float(shape.attributes["x"]), shape.attributes["text-anchor"])
        for shape in a_curve(weeks).shapes
        if shape.tag == "text" and shape.attributes["y"] == "186"
    ]
    assert len(places) == len(named)
    width = 54
    ends = [x + {"start": width, "middle": width / 2, "end": 0}[anchor] for x, anchor in places]
    begins = [x - {"start": 0, "middle": width / 2, "end": width}[anchor] for x, anchor in places]
    assert all(end <= begin for end, begin in zip(ends, begins[1:], strict=False)), (ends, begins)


def test_the_map_shows_the_strongest_and_the_nearer_is_the_stronger() -> None:
    picture = a_map()
    dots = [
        shape
        for shape in picture.shapes
        if shape.tag in ("circle", "rect") and "stroke-dasharray" not in shape.attributes
    ]
    assert len(dots) == MOST_SHOWN + 1  # and the person
    assert any(shape.tag == "rect" for shape in dots)
    two = relations_map(SAID, [Relation("Near", 90), Relation("Far", 10)], WORDS)
    places = [
        (float(shape.attributes["cx"]), float(shape.attributes["cy"]))
        for shape in two.shapes
        if shape.attributes.get("fill") == "var(--chart-1)"
    ]
    near, far = [((x - 160) ** 2 + (y - 162) ** 2) ** 0.5 for x, y in places]
    assert near < far


@given(
    st.lists(
        st.builds(
            Relation,
            name=st.text("abcdefghij kl", min_size=3, max_size=20),
            strength=st.integers(0, 100),
            group=st.sampled_from(["", "a", "b", "c", "d", "e", "f", "g"]),
            entity=st.booleans(),
        ),
        min_size=1,
        max_size=90,
    )
)
def test_no_name_of_a_map_hits_another_or_is_cut(relations: list[Relation]) -> None:
    picture = relations_map(SAID, relations, WORDS)
    areas: list[tuple[float, ...]] = []
    for shape in picture.shapes:
        if shape.tag == "text" and "paint-order" in shape.attributes and shape.text.isascii():
            x, y, width = float(shape.attributes["x"]), float(shape.attributes["y"]), 6 * len(shape.text)
            left = x - {"start": 0, "middle": width / 2, "end": width}[shape.attributes["text-anchor"]]
            areas.append((left, y - 8, left + width, y + 1))
    for n, (left, top, right, bottom) in enumerate(areas):
        assert left >= 0
        assert right <= picture.width
        for other in areas[:n]:
            assert not (left < other[2] and right > other[0] and top < other[3] and bottom > other[1])


def test_an_empty_book_has_pictures_too() -> None:
    for picture in (
        relations_map(SAID, [], WORDS),
        a_timeline(0),
        a_curve(0),
        a_curve(1),
        heat(SAID, 2026, {}, NAMES),
    ):
        assert drawing(picture).tag == f"{SVG}svg"
