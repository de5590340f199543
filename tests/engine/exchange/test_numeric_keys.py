"""Modules of our own whose records are numbered: their keys, and links to them by key and by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.exchange import ImportReport, import_file
from engine.model.values import Reader
from engine.records.session import Session
from engine.records.store import Store
from tests.engine.exchange.firms import CLOCK, ZONE, model_of, stored, told
from tests.stores import STORES

pytestmark = pytest.mark.usefixtures("each_store")

MODEL = model_of("""
modules:
  sites:
    label: {zh: 网点, en: Site}
    key: 网点号
    fields:
      no: {label: 网点号, type: number}
      name: {label: 名称, type: text, required: true}
      above: {label: 上级网点, type: link, to: 网点}
      last: {label: 最近拜访, type: link, to: 拜访, as: 最近网点}
  visits:
    label: {zh: 拜访, en: Visit}
    fields:
      note: {label: 备注, type: text}
      site: {label: 网点, type: link, to: 网点, as: 拜访}
""")


@pytest.fixture
def session() -> Iterator[Session]:
    with Store(STORES.url(), MODEL, "Asia/Shanghai").write(CLOCK) as session:
        yield session


@pytest.fixture
def load(session: Session, tmp_path: Path):
    def run(module: str, text: str) -> ImportReport:
        path = tmp_path / "records.csv"
        path.write_text(text, "utf-8")
        return import_file(
            session, MODEL.modules[module], path, model=MODEL, reader=Reader(ZONE, lenient=True)
        )

    return run


def test_a_name_in_a_link_to_numbered_records_is_refused_until_one_bears_it(session, load) -> None:
    visits = "编号,备注,网点\nV1,a,7\nV2,b,东店\nV3,c,\n"

    first = load("visits", visits)
    sites = load("sites", "网点号,名称,上级网点\n7,东店,\n8,西店,东店\n9,南店,没有\n")
    again = load("visits", visits)

    assert told(first) == [(3, "网点", "东店", "W304")]
    assert [(one.column, one.count) for one in first.loose] == [("网点", 1)]
    assert told(sites) == [(4, "上级网点", "没有", "W304")]
    assert told(again) == []
    assert stored(session, "above", module=MODEL.modules["sites"]) == [(7, None), (8, "7")]
    assert stored(session, "site", module=MODEL.modules["visits"]) == [
        ("V1", "7"),
        ("V2", "7"),
        ("V3", None),
    ]


def test_a_number_in_a_link_waits_for_its_record(session, load) -> None:
    early = load("visits", "编号,网点\nV1,7\n")
    late = load("sites", "网点号,名称\n7,东店\n")

    assert [(one.column, one.count) for one in early.loose] == [("网点", 1)]
    assert [(one.code, dict(one.facts)["count"]) for one in late.notes] == [("W331", "1")]
