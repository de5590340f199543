"""The page and the table of `simulate`: they say what the data say, and stand alone."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from tests.simulated import REFUSES, furnished, played


class Page(HTMLParser):
    """The tables of a page by id, each as rows of texts; every tag that is met."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.tags: Counter[str] = Counter()
        self.plots: list[dict[str, str | None]] = []
        self._rows: list[list[str]] | None = None
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag == "svg":
            self.plots.append(dict(attrs))
        if tag == "table":
            self._rows = self.tables[str(dict(attrs)["id"])] = []
        if tag == "tr" and self._rows is not None:
            self._rows.append([])
        if tag in {"td", "th"} and self._rows is not None:
            self._rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell and self._rows is not None:
            self._rows[-1][-1] += data


def test_page_and_table_say_what_the_data_say(tmp_path: Path) -> None:
    company = furnished(tmp_path / "w", REFUSES)
    files = [str(tmp_path / name) for name in ("out.html", "out.csv")]
    found = played(company, 10, "--html", files[0], "--csv", files[1])
    text = Path(files[0]).read_text("utf-8")
    page = Page()
    page.feed(text)

    kinds = ("task", "message", "notice", "ask")
    months = {row[0]: [int(one) for one in row[1:]] for row in page.tables["months"][1:]}
    assert months["合计"] == [found["totals"][kind] for kind in kinds]
    assert {key: row for key, row in months.items() if key != "合计"} == {
        one["month"]: [one[kind] for kind in kinds] for one in found["months"]
    }
    weeks = [[int(one) for one in row[1:]] for row in page.tables["weeks"][1:]]
    assert [sum(column) for column in zip(*weeks, strict=True)] == months["合计"]
    touched = {row[0]: int(row[1]) for row in page.tables["touches"][1:]}
    assert touched == {"0 次": 1, "1 次": 0, "2 次": 3}
    assert {row[5] for row in page.tables["landings"][1:]} == {str(one["total"]) for one in found["landings"]}
    lines = Path(files[1]).read_text("utf-8-sig").splitlines()
    assert [line.split(",") for line in lines[1:]] == [
        [str(row[name]) for name in lines[0].split(",")] for row in found["rows"]
    ]


def test_the_page_stands_alone_and_can_be_read_aloud(tmp_path: Path) -> None:
    company = furnished(tmp_path / "w", REFUSES)
    path = tmp_path / "out.html"
    company.done("simulate", "silent-sequence", "--nights", "8", "--html", str(path), "--lang", "en")
    text, page = path.read_text("utf-8"), Page()
    page.feed(text)

    assert not page.tags.keys() & {"script", "link", "img", "iframe", "object"}
    assert "http" not in text
    assert "@import" not in text
    assert '<html lang="en">' in text
    assert "prefers-color-scheme:dark" in text
    assert len(page.plots) >= 4
    assert all(one["role"] == "img" and one["aria-label"] for one in page.plots)


def test_names_on_the_page_are_only_text(tmp_path: Path) -> None:
    company = furnished(tmp_path / "w")
    company.bring("员工", [{"编号": "S1", "姓名": "<script>alert(1)</script>"}])
    path = tmp_path / "out.html"
    company.done("simulate", "silent-sequence", "--nights", "8", "--html", str(path))

    assert "<script>" not in path.read_text("utf-8")
