"""Import and export: what is read, what is refused and why, and that nothing changes on the way round."""

from __future__ import annotations

import csv
import io
import tracemalloc
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.exchange import ImportReport, SheetUnusable, export_module, import_file, imports, refused
from engine.exchange.cells import cell_writer, guarded, unguarded
from engine.files.model import read_model
from engine.load import load_document
from engine.model.diagnostics import Problems, WrongUsage
from engine.model.entities import FieldType, Model
from engine.model.moments import Clock, Length, Unit
from engine.model.operands import FieldValue, RecordKey
from engine.model.values import Reader, Value
from engine.records.session import Session
from engine.records.store import Store
from engine.workspace import open_workspace

WORKFLOWS = Path(__file__).parents[2] / "workflows"
ZONE = ZoneInfo("Asia/Shanghai")
CLOCK = Clock(datetime(2026, 4, 1, 1, tzinfo=UTC), ZONE)

MODEL = """
modules:
  people:
    label: {zh: 员工, en: Staff}
    fields:
      name: {label: {zh: 姓名, en: Name}, type: text, required: true}
      boss: {label: {zh: 上级, en: Boss}, type: link, to: people}
  firms:
    label: {zh: 客户, en: Customer}
    tags: [高潜, 低价值, -待定]
    fields:
      name: {label: {zh: 客户名称, en: Customer name}, type: text}
      tier: {label: {zh: 客户层级, en: Tier}, also: [客户等级], type: choice, options: [A, B, C]}
      silent:
        label: 沉默状态
        type: choice
        options: [正常跟进, 已沉默]
        also_options: {正常: 正常跟进}
        default: 正常跟进
      count: {label: {zh: 次数, en: Count}, type: number}
      amount: {label: {zh: 金额, en: Amount}, type: money}
      share: {label: {zh: 占比, en: Share}, type: percent}
      length: {label: {zh: 账期, en: Terms}, type: length}
      day: {label: {zh: 建档日期, en: Created}, type: date}
      moment: {label: {zh: 最近登录, en: Last login}, type: datetime}
      keep: {label: {zh: 是否继续维护, en: Keep}, type: yes_no}
      email: {label: {zh: 邮箱, en: Email}, type: email}
      phone: {label: {zh: 电话, en: Phone}, type: phone}
      owner: {label: {zh: 负责人, en: Owner}, type: link, to: people}
      shown: {label: {zh: 显示名, en: Shown}, type: text, computed: {first_of: [客户名称, 电话]}}
  accounts:
    label: {zh: 账户, en: Account}
    key: 账号
    table: crm_account
    columns:
      {no: acc_no, name: acc_name, level: cust_level, on: is_on, sum: turnover, parent: parent_no, tags: mark}
    tags: [a, b]
    fields:
      no: {label: 账号, type: number}
      name: {label: 名称, type: text}
      level: {label: 等级, type: choice, options: [A, B], also_options: {'1': A, '2': B}}
      on: {label: 启用, type: yes_no}
      sum: {label: 成交额, type: money}
      parent: {label: 上级账户, type: link, to: accounts}
"""
TABLE = """CREATE TABLE crm_account (acc_no INTEGER PRIMARY KEY, acc_name TEXT, cust_level TEXT, is_on TEXT,
    turnover REAL, parent_no INTEGER, mark TEXT, tenant TEXT)"""


def model_of(text: str) -> Model:
    problems = Problems()
    model = read_model(load_document(text, "model.yaml", problems), problems)
    assert not problems.found
    return model


MODEL_READ = model_of(MODEL)
FIRMS, PEOPLE, ACCOUNTS = (MODEL_READ.modules[key] for key in ("firms", "people", "accounts"))


@pytest.fixture
def session() -> Iterator[Session]:
    with Store("sqlite://", MODEL_READ, "Asia/Shanghai").write(CLOCK) as session:
        yield session


@pytest.fixture
def load(session: Session, tmp_path: Path):
    """A text or bytes imported as a file of a module."""

    def run(content: str | bytes, module=FIRMS, **options) -> ImportReport:
        path = tmp_path / "records.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(
            session, module, path, model=MODEL_READ, reader=Reader(ZONE, lenient=True), **options
        )

    return run


def stored(session: Session, *keys: str, module=FIRMS) -> list[tuple[Value, ...]]:
    operands = [FieldValue(module.fields[key], module) for key in keys]
    return list(session.read_all(module, [RecordKey(module), *operands]))


def exported(session: Session, module=FIRMS, language="zh") -> str:
    text = io.StringIO(newline="")
    export_module(session, module, {}, text, language=language)
    return text.getvalue()


def told(report: ImportReport) -> list[tuple[int, str, str, str]]:
    return [(one.row, one.column, one.value, one.code) for one in report.refused]


# --- reading files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "codec, mark, encoding",
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8-sig", b"", "UTF-8"),
        ("utf-16", b"", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("gbk", b"", "GB18030"),
        ("gb18030", b"", "GB18030"),
    ],
)
def test_usual_encodings_are_found(session, load, codec: str, mark: bytes, encoding: str) -> None:
    report = load(mark + "编号,客户名称\nC1,鹤湾样例\n".encode(codec))

    assert report.encoding == encoding
    assert stored(session, "name") == [("C1", "鹤湾样例")]


def test_characters_beyond_gbk_are_read_as_gb18030(session, load) -> None:
    load("编号,客户名称\nC1,𠮷样例\n".encode("gb18030"))

    assert stored(session, "name") == [("C1", "𠮷样例")]


@pytest.mark.parametrize(
    "text, separator",
    [
        ("编号,客户名称\nC1,a;b\n", ","),
        ("编号;客户名称\nC1;a,b\n", ";"),
        ("编号\t客户名称\nC1\ta,b\n", "\t"),
        ("编号;客户名称;一,二,三,四\nC1;a,b;\n", ";"),
        ("编号\nC1\n", ","),
        ('"编号","客户名称"\n"C1","x"\n', ","),
    ],
)
def test_the_separator_is_the_one_under_which_columns_are_known(load, text: str, separator: str) -> None:
    report = load(text)

    assert (report.separator, report.added) == (separator, 1)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_quoted_cells_may_hold_line_breaks_and_rows_count_as_shown(session, load, line_end: str) -> None:
    lines = ["编号,客户名称,次数", 'C1,"一\n""二""",1', "", ",,", "C2,b,x", ""]

    report = load(line_end.join(lines))

    assert stored(session, "name") == [("C1", '一\n"二"')]
    assert told(report) == [(5, "次数", "x", "W225")]


@pytest.mark.parametrize(
    "header",
    [
        "id,name,tier",
        "编号,客户名称,客户层级",
        "ID,Customer name,Tier",
        " 编号 ,客户名称,客户等级,,",
        "\n\n编号,客户名称,客户等级",
    ],
)
def test_columns_are_known_by_key_label_and_older_label(session, load, header: str) -> None:
    report = load(f"{header}\nC1,x,B\n")

    assert (report.added, report.ignored) == (1, ())
    assert stored(session, "name", "tier") == [("C1", "x", "B")]


def test_headers_and_cells_are_composed(session, load) -> None:
    report = load(unicodedata.normalize("NFD", "id,Café,客户名称\né,1,café\n"))

    assert report.ignored == ("Café",)
    assert stored(session, "name") == [("é", "café")]


def test_columns_that_are_no_fields_are_passed_over_and_named(session, load) -> None:
    report = load("编号,客户等极,显示名,,次数\nC1,A,x,?,1\n")

    assert report.ignored == ("客户等极", "显示名", "#4")
    assert [(one.code, dict(one.facts)) for one in report.notes] == [
        ("W307", {"column": "客户等极", "nearest": "客户等级"}),
        ("W313", {"column": "显示名"}),
        ("W307", {"column": "#4", "nearest": ""}),
    ]
    assert stored(session, "count") == [("C1", Decimal(1))]


@pytest.mark.parametrize(
    "content, code, facts",
    [
        (b"", "W316", {}),
        (b"\n \n\n", "W316", {}),
        (b"PK\x03\x04\x00\x00", "W321", {}),
        ("客户名称,客户层级\nx,A\n", "W302", {"module": "客户\x1fCustomer", "known": "id、编号、ID"}),
        (
            "编号,客户层级,Tier\nC1,A,B\n",
            "W303",
            {"field": "客户层级\x1fTier", "first": "客户层级", "second": "Tier"},
        ),
        ("编号,ID\nC1,C1\n", "W303", {"field": "编号\x1fID", "first": "编号", "second": "ID"}),
        ("编号,客户名称\nC1,a\nC2,b\0c\n", "W311", {"line": "3"}),
        ("编号,次数\nC1,1\n".encode("utf-16-le"), "W311", {"line": "1"}),
        ("编号,客户名称\nC1,一\nC2,".encode() + b"\xff\xff\n", "W310", {"line": "3"}),
        (b"\xff\xfe" + "编号\n".encode("utf-16-le") + b"\x00\xd8\n", "W310", {"line": "2"}),
        ('编号,客户名称\nC1,a\nC2,"b\nC3,c\nC4,d\n', "W318", {"row": "3"}),
    ],
)
def test_a_file_that_is_no_table_is_rejected_before_anything_is_written(
    session, load, content, code, facts
) -> None:
    with pytest.raises(SheetUnusable) as caught:
        load(content)

    assert (caught.value.code, caught.value.facts) == (code, {"file": "records.csv", **facts})
    assert session.count(FIRMS) == 0


def test_a_missing_file_is_named(session, tmp_path: Path) -> None:
    with pytest.raises(SheetUnusable) as caught:
        import_file(session, FIRMS, tmp_path / "no.csv", model=MODEL_READ, reader=Reader(ZONE, lenient=True))

    assert (caught.value.code, caught.value.facts["file"]) == ("W301", "no.csv")


# --- refused rows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header, line, expected",
    [
        ("客户层级", "C1,D", ("客户层级", "D", "W205")),
        ("Tier", "C1,a", ("Tier", "a", "W205")),
        ("标签", "C1,高潜;新", ("标签", "高潜;新", "W205")),
        ("次数", "C1,many", ("次数", "many", "W225")),
        ("次数", "C1,0.00001", ("次数", "0.00001", "W226")),
        ("金额", "C1,$5", ("金额", "$5", "W225")),
        ("建档日期", "C1,2026-02-30", ("建档日期", "2026-02-30", "W229")),
        ("建档日期", "C1,soon", ("建档日期", "soon", "W228")),
        ("是否继续维护", "C1,perhaps", ("是否继续维护", "perhaps", "W230")),
        ("账期", "C1,90", ("账期", "90", "W221")),
        ("邮箱", "C1,nobody", ("邮箱", "nobody", "W224")),
        ("负责人", "C1,S9", ("负责人", "S9", "W304")),
        ("客户名称", ",x", ("编号", "", "W306")),
        ("客户名称", "C0,x", ("编号", "C0", "W305")),
        ("客户名称", "C1,x,,y", ("", "", "W309")),
        ("客户名称", 'C1,"x"y', ("", "", "W308")),
        ("客户名称", f"C1,{'x' * 100_001}", ("客户名称", "x" * 199 + "…", "W314")),
        ("客户名称", f"C1,{'x' * 140_000}", ("", "", "W308")),
    ],
)
def test_a_wrong_row_is_refused_and_the_others_are_kept(session, load, header, line, expected) -> None:
    load("编号,姓名\nS1,李\n", PEOPLE)

    report = load(f"编号,{header}\nC0,\n{line}\nC2,\n")

    assert told(report) == [(3, *expected)]
    assert (report.rows, report.added, report.refused_rows) == (3, 2, 1)
    assert [key for (key,) in stored(session)] == ["C0", "C2"]


def test_every_mistake_of_a_row_is_told_with_its_facts(load) -> None:
    report = load("编号,客户层级,次数,负责人\nC1,D,x,S9\n")

    told = [
        (
            one.row,
            one.column,
            one.value,
            one.code,
            {name: value.split("\x1f")[0] for name, value in one.facts},
        )
        for one in report.refused
    ]
    assert told == [
        (2, "客户层级", "D", "W205", {"field": "客户层级", "known": "A、B、C", "value": "D"}),
        (2, "次数", "x", "W225", {"field": "次数", "value": "x"}),
        (2, "负责人", "S9", "W304", {"field": "负责人", "module": "员工", "value": "S9"}),
    ]
    assert report.refused_rows == 1


def test_a_double_key_names_the_first_row_also_across_chunks(session, load, monkeypatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)

    report = load("编号,客户名称\nC1,a\nC2,b\nC3,c\nC1,d\n C1 ,e\nC4,f\n")

    assert [(one.row, one.code, dict(one.facts)["first"]) for one in report.refused] == [
        (5, "W305", "2"),
        (6, "W305", "2"),
    ]
    assert stored(session, "name") == [("C1", "a"), ("C2", "b"), ("C3", "c"), ("C4", "f")]


def test_a_required_field_is_asked_of_new_records_and_never_cleared(session, load) -> None:
    first = load("编号,姓名\nS1,李\nS2,\n", PEOPLE)
    second = load("编号,上级\nS1,\nS3,\n", PEOPLE)
    third = load("编号,姓名\nS1,\n", PEOPLE)

    assert told(first) == [(3, "姓名", "", "W306")]
    assert told(second) == [(3, "姓名", "", "W306")]
    assert told(third) == [(2, "姓名", "", "W306")]
    assert stored(session, "name", module=PEOPLE) == [("S1", "李")]


def test_only_the_first_mistakes_are_kept_in_the_report_and_all_are_counted(load, monkeypatch) -> None:
    monkeypatch.setattr(refused, "MOST_SHOWN", 3)

    report = load("编号,次数\n" + "".join(f"C{n},x\n" for n in range(10)))

    assert (len(report.refused), report.refused_rows) == (3, 10)


def test_refused_rows_can_be_corrected_and_sent_again(session, load, tmp_path: Path) -> None:
    refused = tmp_path / "refused.csv"
    report = load(
        '编号,客户名称,次数\nC1,\'=1+1,-5x\nC2,"a,\nb",7\nC3,-c,-8x\nC4,"x"y,1\n',
        refused_to=refused,
        explain=lambda one: f"{one.code} {one.column}",
    )

    text = refused.read_text(encoding="utf-8-sig")
    again = load(text.replace("5x", "5").replace("8x", "8"))

    assert list(csv.reader(text.splitlines())) == [
        ["编号", "客户名称", "次数", "行 Row", "原因 Reason"],
        ["C1", "'=1+1", "'-5x", "2", "W225 次数"],
        ["C3", "'-c", "'-8x", "4", "W225 次数"],
        ["", "", "", "5", "W308 "],
    ]
    assert (report.added, again.added, again.ignored) == (1, 2, ("行 Row", "原因 Reason"))
    assert stored(session, "name", "count") == [
        ("C1", "=1+1", Decimal(-5)),
        ("C2", "a,\nb", Decimal(7)),
        ("C3", "-c", Decimal(-8)),
    ]


def test_no_refused_row_makes_no_file_and_the_file_itself_is_never_overwritten(load, tmp_path: Path) -> None:
    load("编号\nC1\n", refused_to=tmp_path / "refused.csv")

    assert not (tmp_path / "refused.csv").exists()
    with pytest.raises(WrongUsage, match="W319"):
        load("编号\nC1\n", refused_to=tmp_path / "records.csv")


# --- adding and updating ------------------------------------------------------------------------------------


def test_only_the_columns_of_the_file_are_written_and_blanks_clear(session, load) -> None:
    load("编号,客户名称,次数,沉默状态\nC1,a,1,已沉默\nC2,b,2,\n")

    report = load("编号,次数,沉默状态\nC1,,\nC2,2,正常\nC3,3,\n")

    assert (report.added, report.updated, report.unchanged) == (1, 1, 1)
    assert stored(session, "name", "count", "silent") == [
        ("C1", "a", None, None),
        ("C2", "b", Decimal(2), "正常跟进"),
        ("C3", None, Decimal(3), "正常跟进"),
    ]


def test_a_default_fills_new_records_also_without_its_column(session, load) -> None:
    load("编号\nC1\n")

    assert stored(session, "silent") == [("C1", "正常跟进")]


@pytest.mark.parametrize(
    "column, cell, value",
    [
        ("amount", "¥1,234.50", Decimal("1234.5")),
        ("amount", "1234.5元", Decimal("1234.5")),
        ("share", "30", Decimal(30)),
        ("share", "30%", Decimal(30)),
        ("length", "90 天", Length(90, Unit.DAYS)),
        ("day", "2026/3/1", date(2026, 3, 1)),
        ("day", "2026年3月1日", date(2026, 3, 1)),
        ("moment", "2026-03-01 08:00", datetime(2026, 3, 1, tzinfo=UTC)),
        ("moment", "2026-03-01T08:00:00+09:00", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("keep", "1", True),
        ("tags", "低价值、高潜", ("高潜", "低价值")),
        ("phone", "+86 154 0000 0001", "+86 154 0000 0001"),
        ("name", "'=1+1", "=1+1"),
        ("name", "'tis", "'tis"),
        ("count", "'-5", Decimal(-5)),
    ],
)
def test_habits_of_spreadsheets_are_understood(session, load, column: str, cell: str, value: Value) -> None:
    report = load(f'编号,{column}\nC1,"{cell}"\n')

    assert (report.added, stored(session, column)) == (1, [("C1", value)])


# --- records that point to one another ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines, kept",
    [
        ("S1,a,S2 S2,b,", "S1 S2"),
        ("S1,a,S1", "S1"),
        ("S1,a,S2 S2,b,S3 S3,c,S1", "S1 S2 S3"),
        ("S1,a,S9 S2,b,", "S2"),
        ("S1,a,S2 S2,b,S3 S3,,", ""),
        ("S1,,S1 S2,b,S1 S3,c,S2 S4,d,S3 S5,e,", "S5"),
        ("S1,,S4 S4,d,S1 S2,b,S3 S3,c,S2", "S2 S3"),
        ("S1,,S2 S2,b,S1 S0,z,OLD OLD,,", "S0"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 2000])
def test_rows_of_one_file_may_point_to_one_another(session, load, monkeypatch, lines, kept, chunk) -> None:
    load("编号,姓名\nOLD,old\n", PEOPLE)
    monkeypatch.setattr(imports, "CHUNK", chunk)

    report = load("编号,姓名,上级\n" + lines.replace(" ", "\n"), PEOPLE)

    keys = [key for (key,) in stored(session, module=PEOPLE) if key != "OLD"]
    assert keys == kept.split()
    assert {one.code for one in report.refused} <= {"W304", "W306"}
    assert report.rows == report.added + report.refused_rows


# --- formulas -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, cell",
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-", "'-"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠1", "'＠1"),
        ("'=1", "''=1"),
        ("'tis", "'tis"),
        ("1-1", "1-1"),
        ("", ""),
    ],
)
def test_a_text_never_becomes_a_formula(text: str, cell: str) -> None:
    assert guarded(text) == cell
    assert unguarded(cell) == text


@given(st.text(alphabet="'=+-@\t\r＝＋－＠a1", max_size=6))
def test_guarding_is_undone_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "kind, value, zh, en",
    [
        (FieldType.TEXT, "=x", "'=x", "'=x"),
        (FieldType.CHOICE, "-", "'-", "'-"),
        (FieldType.TAGS, ("高潜", "低价值"), "高潜;低价值", "高潜;低价值"),
        (FieldType.NUMBER, Decimal("-5.50"), "-5.5", "-5.5"),
        (FieldType.MONEY, Decimal(1234567), "1234567", "1234567"),
        (FieldType.PERCENT, Decimal(30), "30 %", "30 %"),
        (FieldType.LENGTH, Length(90, Unit.DAYS), "90 天", "90 days"),
        (FieldType.DATE, date(2026, 3, 1), "2026-03-01", "2026-03-01"),
        (FieldType.YES_NO, True, "是", "yes"),
        (FieldType.YES_NO, False, "否", "no"),
        (FieldType.TEXT, 12, "12", "12"),
        (FieldType.DATE, None, "", ""),
    ],
)
def test_values_become_cells(kind: FieldType, value: Value, zh: str, en: str) -> None:
    assert cell_writer(kind, "zh", ZONE)(value) == zh
    assert cell_writer(kind, "en", ZONE)(value) == en


@pytest.mark.parametrize(
    "instant, cell",
    [
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-01T08:00:00+08:00"),
        (datetime(1900, 3, 1, tzinfo=UTC), "1900-03-01T00:00:00+00:00"),  # Shanghai was 8:05:43 ahead
        (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59+00:00"),
    ],
)
def test_instants_are_local_with_their_offset_where_that_can_be_written(instant: datetime, cell: str) -> None:
    assert cell_writer(FieldType.DATETIME, "zh", ZONE)(instant) == cell


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


# --- a company's own table ----------------------------------------------------------------------------------


@pytest.fixture
def accounts(session: Session) -> Session:
    with session.transaction():
        session.connection.exec_driver_sql(TABLE)
        session.connection.exec_driver_sql(
            "INSERT INTO crm_account VALUES (7, 'Seven', '1', 'Y', 12.3, NULL, 'b,a', 't'), "
            "(8, 'Eight', '2', 'no', NULL, 7, NULL, 't')"
        )
    return session


def raw(session: Session) -> list[tuple[object, ...]]:
    return [
        tuple(row) for row in session.connection.exec_driver_sql("SELECT * FROM crm_account ORDER BY acc_no")
    ]


def test_an_export_of_a_companys_table_changes_nothing_in_it(accounts, load) -> None:
    before = raw(accounts)
    text = exported(accounts, ACCOUNTS)

    report = load(text, ACCOUNTS)

    assert text.splitlines() == [
        "账号,名称,等级,启用,成交额,上级账户,标签",
        "7,Seven,A,是,12.3,,b;a",
        "8,Eight,B,否,,7,",
    ]
    assert (report.updated, report.unchanged, report.refused) == (1, 1, ())
    # Tags are written in the model's order, so the first row is the one that is written.
    assert raw(accounts)[1:] == before[1:]


def test_a_companys_table_keeps_the_columns_that_the_model_does_not_know(accounts, load) -> None:
    # An upsert would be held to NOT NULL columns before SQLite sees that the record is known.
    accounts.connection.exec_driver_sql(
        "CREATE TRIGGER none BEFORE INSERT ON crm_account BEGIN SELECT RAISE(ABORT, 'no new ones'); END"
    )

    report = load('账号,名称,成交额\n007,Sept,"1,000.5"\n8.0,Eight,\n', ACCOUNTS)

    assert (report.updated, report.unchanged) == (1, 1)
    assert raw(accounts)[0] == (7, "Sept", "1", "Y", 1000.5, None, "b,a", "t")


def test_numeric_keys_are_whole_numbers_and_link_as_numbers(accounts, load) -> None:
    report = load("账号,名称,上级账户\n9,Nine,10\n10,Ten,8\nx,X,\n1.5,Y,\n11,Z,x\n12,W,99\n", ACCOUNTS)

    assert told(report) == [
        (4, "账号", "x", "W225"),
        (5, "账号", "1.5", "W315"),
        (6, "上级账户", "x", "W304"),
        (7, "上级账户", "99", "W304"),
    ]
    assert [row[:6:5] for row in raw(accounts)] == [(7, None), (8, 7), (9, 10), (10, 8)]


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


def test_memory_does_not_grow_with_the_file(session, tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("编号,客户名称,建档日期,次数\n")
            for n in range(rows):
                day = date(2000, 1, 1) + timedelta(days=n)
                file.write(f"K{n},样例商行有限公司{n},{day},{'x' if n % 2 else n}\n")
        tracemalloc.start()
        try:
            report = import_file(session, FIRMS, path, model=MODEL_READ, reader=Reader(ZONE, lenient=True))
            assert report.refused_rows == rows // 2
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1_000)
    small, large = peak(6_000), peak(18_000)

    # Eight bytes a row are remembered, to find double keys; a list of the rows would take ten times as much.
    assert large - small < 800_000
