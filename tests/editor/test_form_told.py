"""What the form tells whoever reads it: mistakes where they are, names in the reader's language, remarks."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.company import shipped_in
from tests.editor.served import client_of, posted

FIRST = "silent-first-touch.yaml"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shipped_in(tmp_path_factory.mktemp("told") / "company")


@pytest.fixture(scope="module")
def client(root: Path) -> FlaskClient:
    return client_of(root)


def form(client: FlaskClient, source: str, lang: str = "zh") -> str:
    answer = posted(client, f"/analyse/{FIRST}?lang={lang}", source=source, seq=1, lang=lang)
    found: str = answer.get_json()["regions"]["form"]
    return found


def test_a_mistake_stands_at_its_field_and_above_the_form(client: FlaskClient, root: Path) -> None:
    text = (root / FIRST).read_text("utf-8").replace("{table: 沉默门槛.首触}", "120 dais")
    told = form(client, text)

    field = told[told.index('id="f-conditions-all-5-at_5fleast"') :]
    assert 'aria-invalid="true"' in field[: field.index(">")]
    assert "120 dais" in field[field.index('id="f-conditions-all-5-at_5fleast-why"') :]
    above = told[told.index("troubles") : told.index("card")]
    assert "120 dais" in above
    assert "conditions" in above
    assert len(re.findall(r'class="step step-bad"', told)) == 1


def test_nothing_is_told_of_a_file_without_mistakes(client: FlaskClient, root: Path) -> None:
    told = form(client, (root / FIRST).read_text("utf-8"))

    assert [word for word in ("troubles", "step-bad", "aria-invalid") if word in told] == []


def test_fields_of_a_chinese_file_are_known_to_whoever_reads_english(client: FlaskClient, root: Path) -> None:
    told = form(client, (root / FIRST).read_text("utf-8"), "en")

    assert "unknown</option>" not in told
    assert re.search(r"<option value='\"[^>]*\"' selected>Tier</option>", told)


def test_remarks_are_read_and_numbers_of_papers_are_folded(client: FlaskClient, root: Path) -> None:
    told = form(client, (root / FIRST).read_text("utf-8"))

    assert '<p class="note">沉默唤醒·首触：该下单没下单，也没人跟进，就提醒负责人去联系</p>' in told
    assert '<details class="note"><summary>需求</summary>000-02, 000-03' in told
    assert "# 需求" not in told


def test_a_condition_without_its_first_word_is_nothing(client: FlaskClient, root: Path) -> None:
    told = form(client, (root / FIRST).read_text("utf-8"))

    assert '["conditions", "all", 2, "is"]}' in told
    assert '"unset", "path": ["conditions", "all", 2, "field"]' not in told


class Shown(HTMLParser):
    """What somebody reads of a form; what they have written themselves stands in fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {"placeholder", "aria-label", "title", "data-label"}
        self.texts |= {value for name, value in attrs if name in told and value}
        if tag not in {"input", "br", "path"}:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "textarea" not in self._inside and "p" not in self._inside:
            self.texts.add(data.strip())


NAMES = {"Wakeline", "cron", "CN", "CNY", "Asia", "Shanghai", "calendar", "yaml"}
"""What has no other name in Chinese."""


@pytest.mark.parametrize(
    "file",
    [
        *("silent-sequence.yaml", "silence/order-at-last.yaml", "signals/first-response.yaml"),
        *("tiers/tier-by-rank.yaml", "care/birthday.yaml", "tables.yaml", "segments.yaml", "workspace.yaml"),
        *("warnings/risk-rising.yaml", "templates/90 天唤醒.yaml", "templates/关怀话术.yaml"),
    ],
)
def test_no_word_of_the_files_is_shown_to_who_reads_chinese(
    client: FlaskClient, root: Path, file: str
) -> None:
    text = (root / file).read_text("utf-8")
    told = posted(client, f"/analyse/{file}?lang=zh", source=text, seq=1, lang="zh").get_json()

    seen = Shown(told["regions"]["form"]).texts
    written = set(re.findall(r"name: (.+)", text))
    codes = {
        word
        for one in seen
        if not any(name in one for name in written)
        for word in re.findall(r"[A-Za-z_]{2,}", one)
    }
    assert codes <= NAMES
