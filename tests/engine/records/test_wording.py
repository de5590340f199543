"""Phrases as SQL are held to the texts themselves: the database says what Python would have written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.effects import Column, Draft, Fixed, Notice, Text
from engine.model.entities import FieldType
from engine.model.operands import Gate
from engine.model.phrases import Shown
from engine.model.values import Show
from engine.phrasing import PHRASED, phrase_batch
from engine.records.driving import insert_rows
from engine.records.phrases import BLANKS, Wording
from engine.records.tables import kept_type
from engine.rows import RowError, RowReader
from engine.text import OUTPUT_LIMIT
from tests.engine.small import NIGHT, SHANGHAI
from tests.stores import STORES

pytestmark = pytest.mark.usefixtures("each_store")

Row = tuple[Any, ...]

# --- values -------------------------------------------------------------------------------------------------

LARGEST = 9 * 10**17
WORDS = [
    *(None, "", " ", "\u00a0", "\u3000", "\x1f", "\t\n", "\u2028 \x85", "\u200b", "\ufeff", BLANKS),
    *("王芳", "\u3000x\n", 'O\'Brien "甲"', "100 %", "%(a)s %s %%", "{{ x }}", "{0}", "a\\nb\\", ":name ?"),
    *("👩\u200d👧 e\u0301", "0", "1,5", "$1", "</b>&amp;", "NULL", "\ud7ff\ue000\U0010ffff"),
]
DAYS = ["2026-03-01", "2026-12-31", "2024-02-29", "0001-01-01", "9999-12-31", "1900-10-10"]
NO_DAYS = ["2026-02-30", "1900-02-29", "0000-01-01", "abc", "2026-2-1", "2026-13-01", "26-03-01", "", " "]
NO_DAYS += [
    "2026-03-01 ",
    "2026-03-01\n",
    "2026-03-01T10:00:00Z",
    "now",
    "2451545",
    "٢٠٢٦-٠٣-٠١",
    "2026/03/01",
]
AMOUNTS = [0, 1, -1, 49, -49, 50, -50, 99, 100, 149, 150, -150, 4999, 5000, 9949, 9950, 9999, 10_000]
AMOUNTS += [12_345_000, -12_345_678, 9_999_950, 9_999_949, 10_000_000_000, -99_999_999_999, 123_456_789_012]
AMOUNTS += [LARGEST, -LARGEST, LARGEST - 1, 92_233_720_368_547_758, 92_233_720_368_547_759]

some_amounts = st.one_of(st.none(), st.sampled_from(AMOUNTS), st.integers(-LARGEST, LARGEST))
some_days = st.one_of(st.none(), st.sampled_from(DAYS), st.dates().map(str), st.sampled_from(NO_DAYS))
some_words = st.one_of(
    st.sampled_from(WORDS), st.text(alphabet="中a 'Z%\\\u3000\x1c\u200a\u180e", max_size=4)
)

VALUES: Mapping[FieldType, Any] = {
    **dict.fromkeys((FieldType.MONEY, FieldType.NUMBER, FieldType.PERCENT), some_amounts),
    FieldType.DATE: some_days,
    FieldType.YES_NO: st.sampled_from([None, 0, 1]),
}
COLUMNS = [Column(f"v{number}", kind) for number, kind in enumerate(sorted(PHRASED))]
FIXED = [
    *(Fixed(None, FieldType.TEXT), Fixed("话术 'x' %s", FieldType.TEXT), Fixed(" ", FieldType.TEXT)),
    *(Fixed("2026-03-01", FieldType.DATE), Fixed(-12_345_600, FieldType.MONEY), Fixed(None, FieldType.MONEY)),
    *(Fixed(0, FieldType.YES_NO), Fixed(LARGEST, FieldType.NUMBER), Fixed(5, FieldType.PERCENT)),
]
PARTS = {("r", one.name): one for one in COLUMNS} | {("f", f"c{n}"): one for n, one in enumerate(FIXED)}
PLACES = {
    name: number for number, name in enumerate(("seq", "id", *(one.name for one in COLUMNS), "nothing"))
}
VALUE_ROWS = st.tuples(*(VALUES.get(one.type, some_words) for one in COLUMNS))

# --- texts --------------------------------------------------------------------------------------------------

columns = st.sampled_from([f"r.{one.name}" for one in COLUMNS])
shown = st.one_of(
    columns, columns, columns, st.sampled_from([f"f.c{number}" for number in range(len(FIXED))])
)
asked = st.one_of(columns, columns, columns, st.sampled_from(["f.c0", "f.c5"]))
constants = st.sampled_from(
    [
        "'A'",
        "''",
        "' '",
        "'\u3000'",
        '"O\'x"',
        "'100 % %s'",
        "'{{'",
        "'\\\\n'",
        "'👩'",
        "0",
        "12",
        "-1.5",
        "1234.50",
    ]
)
fillings = st.sampled_from(
    [
        "",
        "您好，",
        "100 %",
        "%(a)s %s",
        "{a}",
        "'':x ?",
        "\\n\\",
        "\n",
        "}}",
        "$1 --",
        "cafe\u0301",
        "\u3000",
        "👩\u200d👧",
    ]
)
joined = " | or({})".format
outputs = st.builds(
    lambda base, rest: base + "".join(map(joined, rest)),
    st.one_of(shown, shown, constants),
    st.lists(st.one_of(shown, constants), max_size=3),
)
questions = st.recursive(
    st.one_of(
        asked, asked, st.builds("{} is defined".format, asked), st.builds("{} is not defined".format, asked)
    ),
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
    ),
    max_leaves=4,
)
choices = st.builds("{} if {} else {}".format, outputs, questions, outputs)
PARTIALS = {"问候": "{% if r.v1 %}{{ r.v2 | or(r.v1) }}{% endif %}\n好\n"}


@st.composite
def texts(draw: Any, depth: int = 0) -> str:
    parts = [fillings, st.one_of(outputs, outputs, choices).map("{{{{ {} }}}}".format)]
    if depth < 2:
        parts.append(branches(depth + 1))
    if not depth:
        parts.append(st.just("{% include '问候' %}\n"))
    return "".join(draw(st.lists(st.one_of(parts), max_size=4)))


@st.composite
def branches(draw: Any, depth: int) -> str:
    words = ["if", *["elif"] * draw(st.integers(0, 2))]
    cases = [f"{{% {word} {draw(questions)} %}}{draw(texts(depth))}" for word in words]
    otherwise = "{% else %}" + draw(texts(depth)) if draw(st.booleans()) else ""
    return "".join(cases) + otherwise + "{% endif %}"


shows = st.builds(
    Show, st.sampled_from(["zh", "en"]), st.sampled_from(["CNY", "USD", "CHF", "EUR"]), st.just(SHANGHAI)
)

# --- both sides ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    """A table as matched records have it, and what both sides say of its rows."""

    connection: sa.Connection
    table: sa.Table

    @classmethod
    def on(cls, connection: sa.Connection) -> Desk:
        """An empty one, whose texts are ordered by their signs on PostgreSQL; SQLite keeps what comes."""
        exact = sa.Text(collation="C")
        kinds = {one.name: kept_type(one.type) for one in COLUMNS}
        kept = {
            name: sa.BLOB().with_variant(exact if isinstance(kind, sa.Text) else kind, "postgresql")
            for name, kind in kinds.items()
        }
        table = sa.Table(
            "desk",
            sa.MetaData(),
            sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
            *(sa.Column(name, kind) for name, kind in kept.items()),
            prefixes=["TEMPORARY"],
        )
        table.create(connection)
        return cls(connection, table)

    def fill(self, rows: Sequence[Row]) -> None:
        self.connection.execute(self.table.delete())
        insert_rows(self.connection, self.table, [one.name for one in self.table.c], rows)

    def dictated(self, sources: Sequence[str], show: Show) -> list[Row]:
        """What the database makes of the texts, row by row; it knows beforehand where that is nothing."""
        wording = Wording(
            show, lambda column: sa.type_coerce(self.table.c[column.name], kept_type(column.type))
        )
        said, untold = [], []
        for source in sources:
            phrased = phrase_batch(notice(source), show)
            assert phrased is not None, source
            phrase = phrased["text"]
            assert isinstance(phrase, tuple)
            untold.append(sa.cast(wording.untold(phrase, OUTPUT_LIMIT), sa.Integer).label(f"u{len(said)}"))
            said.append(wording.phrase(phrase).label(f"t{len(said)}"))
        asked = sa.select(*said, *untold).select_from(self.table).order_by(self.table.c.seq)
        with self.connection.begin_nested():
            found = list(map(tuple, self.connection.execute(asked)))
        for row in found:
            for source, text, lacks in zip(sources, row, row[len(said) :], strict=False):
                assert (text is None) == bool(lacks), (source, row)
        return [row[: len(said)] for row in found]


def notice(source: str) -> Notice:
    return Notice("actions/0", Gate(), Fixed("S1", FieldType.LINK), Text(source, PARTS, partials=PARTIALS))


def written(sources: Sequence[str], rows: Sequence[Row], show: Show) -> list[Row]:
    """What Python writes; nothing where it cannot."""
    draft = Draft((), (), tuple(map(notice, sources)), ())
    reader = RowReader(draft, PLACES, show, NIGHT)

    def text(batch: Any, row: Row) -> str | None:
        try:
            return reader.values(batch, row)[1]
        except RowError:
            return None

    return [
        tuple(text(batch, (seq, seq, *values, None)) for batch in reader.batches) for seq, *values in rows
    ]


@pytest.fixture(scope="module")
def desk(each_store: str) -> Iterator[Desk]:
    STORES.kind = each_store
    with STORES.lasting("UTC").connect(read_only=False) as connection, connection.begin():
        yield Desk.on(connection)


def numbered(rows: Sequence[Row]) -> list[Row]:
    return [(seq, *values) for seq, values in enumerate(rows, 1)]


def is_ordinary(row: Row) -> bool:
    """Whether a row holds nothing that is no value of its type."""
    return not any(
        one.type is FieldType.DATE and value in NO_DAYS for one, value in zip(COLUMNS, row[1:], strict=True)
    )


def test_database_says_what_python_writes(desk: Desk) -> None:
    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(
        sources=st.lists(texts(), min_size=3, max_size=6),
        rows=st.lists(VALUE_ROWS, min_size=4, max_size=10),
        show=shows,
    )
    def agree(sources: list[str], rows: list[Row], show: Show) -> None:
        some = numbered(rows)
        desk.fill(some)
        for row, said, wanted in zip(
            some, desk.dictated(sources, show), written(sources, some, show), strict=True
        ):
            for source, one, other in zip(sources, said, wanted, strict=True):
                assert one == other or (one is None and not is_ordinary(row)), (source, row)

    agree()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("currency", ["CNY", "USD", "CHF"])
def test_every_value_is_shown_and_asked_for_alike(desk: Desk, language: str, currency: str) -> None:
    """Each value of a type stands in a row of its own, beside values that are missing."""
    show = Show(language, currency, SHANGHAI)
    names = [f"r.{one.name}" for one in COLUMNS]
    sources = [f"{{{{ {name} }}}}" for name in names]
    sources += [f"{{{{ {name} | or('-') }}}}" for name in names]
    sources += [
        f"{{% if {name} %}}1{{% else %}}0{{% endif %}}{{{{ 2 if {name} is defined else 3 }}}}"
        for name in names
    ]
    rows = [
        (*(None,) * place, value, *(None,) * (len(COLUMNS) - place - 1))
        for place, column in enumerate(COLUMNS)
        for value in listed(column.type)
    ]
    some = numbered(rows)
    desk.fill(some)

    for row, said, wanted in zip(
        some, desk.dictated(sources, show), written(sources, some, show), strict=True
    ):
        told = [pair for pair in zip(sources, said, wanted, strict=True) if pair[1] != pair[2]]
        assert not told or not is_ordinary(row), (row, told)
        assert all(said is None for _, said, _ in told), (row, told)


def listed(kind: FieldType) -> list[Any]:
    if kind is FieldType.DATE:
        return [*DAYS, *NO_DAYS]
    if kind is FieldType.YES_NO:
        return [0, 1, 2]
    if kind.is_numeric:
        return AMOUNTS
    loose = ["a\0b", "\0"] if STORES.kind == "sqlite" else []
    return [*WORDS, *loose]


def test_what_is_the_same_for_all_may_make_a_text_too_long(desk: Desk) -> None:
    wording = Wording(Show("zh", "CNY", SHANGHAI), lambda _: sa.literal("2026-12-31"))
    day = Shown(Column("day", FieldType.DATE))
    for length, is_too_long in ((OUTPUT_LIMIT - 100, False), (OUTPUT_LIMIT - 5, True)):
        asked = sa.select(sa.cast(wording.untold(("x" * length, day), OUTPUT_LIMIT), sa.Integer))
        assert bool(desk.connection.execute(asked).scalar_one()) is is_too_long
