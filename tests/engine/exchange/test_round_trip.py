"""An export imports as the same records, and what an export looks like."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.exchange import SheetUnusable, export_module, import_file
from engine.model.moments import Length, Unit
from engine.model.operands import FieldValue
from engine.model.values import Reader
from engine.records.store import Store
from engine.workspace import open_workspace
from tests.engine.exchange.firms import CLOCK, FIRMS, MODEL_READ, PEOPLE, WORKFLOWS, ZONE, exported, stored

# --- the way round ------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
TRICKY = st.sampled_from(
    [
        *("=1+1", "'=1", "''=1", "''", '"', "a\r\nb", "a\rb", ",", ";", "a\tb", "＝x", "a\u2028x", "a\x1cx"),
        *(
            "\ufeffx",
            "a\uffffx",
            "_x000D_",
            "_x005F_x000D_",
            "#N/A",
            "TRUE",
            "007",
            "1e5",
            "30%",
            "2026-03-01",
        ),
        *("长" * 30_000, "x\n" * 4_000),
    ]
)
CLEAN = (TEXTS | TRICKY).map(clean).map(lambda text: clean(text) or None)
NUMBERS = st.decimals(-(9 * 10**13), 9 * 10**13, places=4) | st.sampled_from(
    [Decimal(one) for one in ("99999999999.9999", "12345678901234.5", "-89765432109876.1", "0.0001", "0.07")]
)
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
) | st.sampled_from(
    # Twice half past one, on the night when Shanghai put its clocks back; the ends of what Excel can show.
    [
        *(datetime(1991, 9, 14, hour, 30, tzinfo=UTC) for hour in (15, 16)),
        *(datetime(1900, 2, 28, 20, tzinfo=UTC), datetime(9999, 12, 31, 15, 59, 59, tzinfo=UTC)),
    ]
)
ROWS = st.fixed_dictionaries(
    {
        "name": CLEAN,
        "tier": st.sampled_from(["A", "B", "C", None]),
        "silent": st.sampled_from(["正常跟进", "已沉默", None]),
        "count": st.none() | NUMBERS,
        "amount": st.none() | NUMBERS,
        "share": st.none() | NUMBERS,
        "length": st.none() | st.integers(0, 999_999).map(lambda minutes: Length(minutes, Unit.MINUTES)),
        "day": st.none() | st.dates() | st.sampled_from([date(1900, 2, 28), date(1900, 3, 1), date.max]),
        "moment": st.none() | MOMENTS,
        "keep": st.sampled_from([True, False, None]),
        "email": st.sampled_from(["a@example.com", "=a@example.com", None]),
        "phone": CLEAN,
        "tags": st.sampled_from([None, ("高潜",), ("-待定",), ("高潜", "低价值", "-待定")]),
        "owner": st.sampled_from([None, "=S1", "S2"]),
    }
)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(rows=st.dictionaries(CLEAN.filter(bool), ROWS, max_size=5), language=st.sampled_from(["zh", "en"]))
def test_an_export_imports_as_the_same_records(tmp_path_factory, ending, rows, language: str) -> None:
    path = tmp_path_factory.mktemp("round") / f"firms.{ending}"
    fields = [one for one in FIRMS.fields.values() if one.computed is None]
    reader = Reader(ZONE, lenient=True)

    with Store("sqlite://", MODEL_READ, "Asia/Shanghai").write(CLOCK) as session:
        session.upsert(PEOPLE, [], [("=S1",), ("S2",)])
        session.upsert(FIRMS, fields, [(key, *(row[one.key] for one in fields)) for key, row in rows.items()])
        before = stored(session, *(one.key for one in fields))
        export_module(session, FIRMS, {}, path, language=language)
        same = import_file(session, FIRMS, path, model=MODEL_READ, reader=reader)
    with Store("sqlite://", MODEL_READ, "Asia/Shanghai").write(CLOCK) as session:
        session.upsert(PEOPLE, [], [("=S1",), ("S2",)])
        fresh = import_file(session, FIRMS, path, model=MODEL_READ, reader=reader)
        after = stored(session, *(one.key for one in fields))

    assert (same.unchanged, same.updated, same.refused) == (len(rows), 0, ())
    assert (fresh.added, fresh.refused) == (len(rows), ())
    # A new record gets its default; everything else is as it was.
    place = 1 + [one.key for one in fields].index("silent")
    assert after == [(*row[:place], row[place] or "正常跟进", *row[place + 1 :]) for row in before]


def test_an_export_has_the_key_then_stored_then_computed_columns(session, load, tmp_path: Path) -> None:
    assert exported(session).split("\r\n")[0].startswith("编号,客户名称,客户层级,")
    assert exported(session, language="en").split("\r\n")[0].startswith("ID,Customer name,Tier,")
    load("编号,客户名称\nC1,样例\n")

    shown = {("firms", "shown"): FieldValue(FIRMS.fields["name"], FIRMS)}
    path = tmp_path / "out.csv"

    assert export_module(session, FIRMS, shown, path) == 1
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines()[0].endswith(",标签,显示名")
    assert content.decode().endswith(",样例\r\n")


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_a_file_that_cannot_be_written_is_named(session, tmp_path: Path, name: str) -> None:
    with pytest.raises(SheetUnusable) as caught:
        export_module(session, FIRMS, {}, tmp_path / "none" / name)

    assert (caught.value.code, caught.value.facts["file"]) == ("W317", name)


# --- the samples, and size ----------------------------------------------------------------------------------


def test_the_samples_import_whole_and_their_exports_change_nothing(tmp_path: Path) -> None:
    workspace = open_workspace(WORKFLOWS)
    reader = Reader(workspace.settings.zone, workspace.settings.currency, lenient=True)
    store = Store("sqlite://", workspace.model, "Asia/Shanghai")
    expected = {"staff": 40, "customers": 3000, "orders": 12099, "followups": 6155, "tasks": 373}
    with store.write(CLOCK) as session:
        for name, rows in expected.items():
            module = workspace.model.modules[name]
            report = import_file(
                session, module, WORKFLOWS / "samples" / f"{name}.csv", model=workspace.model, reader=reader
            )
            assert (report.added, report.refused_rows, report.notes) == (rows, 0, ())
        for name, rows in expected.items():
            module, path = workspace.model.modules[name], tmp_path / f"{name}.csv"
            assert export_module(session, module, workspace.computed, path) == rows
            again = import_file(session, module, path, model=workspace.model, reader=reader)
            assert (again.unchanged, again.refused_rows) == (rows, 0)
