"""The picture of how a night grows shows what was kept, and nothing else."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.figures import Figures, Runs
from benchmarks.growth import draw_growth
from benchmarks.stores import SQLITE

SVG = "{http://www.w3.org/2000/svg}"


def figures(size: int, *, night: float, hand: float) -> Figures:
    runs = Runs(SQLITE, "3")
    runs.note("night", {"cpu": night})
    runs.note("hand", {"cpu": hand})
    return Figures(size, stores=[runs])


def test_each_line_ends_in_its_name_and_what_a_customer_costs(tmp_path: Path) -> None:
    sizes = [figures(10_000, night=0.5, hand=0.2), figures(100_000, night=4, hand=3)]

    draw_growth(sizes, tmp_path / "growth.svg")

    drawn = ET.fromstring((tmp_path / "growth.svg").read_text(encoding="utf-8"))  # noqa: S314 - we wrote it
    texts = [one.text for one in drawn.iter(f"{SVG}text")]
    assert texts[-2:] == ["SQLite, engine: 40.0 µs", "SQLite, by hand: 30.0 µs"]
    assert {"10,000", "100,000"} <= set(texts)
    lines = [one.get("points", "").split() for one in drawn.iter(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [2, 2]


def test_one_size_alone_is_a_point(tmp_path: Path) -> None:
    draw_growth([figures(10_000, night=0.5, hand=0.2)], tmp_path / "growth.svg")

    assert "SQLite, engine: 50.0 µs" in (tmp_path / "growth.svg").read_text(encoding="utf-8")


def test_without_nights_there_is_no_picture(tmp_path: Path) -> None:
    draw_growth([Figures(10_000)], tmp_path / "growth.svg")

    assert not (tmp_path / "growth.svg").exists()
