"""Where the two databases differ in their words: SQLite's functions, and what PostgreSQL says in their place.

Statements are written once, in SQLite's words. `sa.func` finds the classes of this file by their names, so
`sa.func.instr(…)` is SQLite's own there and `strpos(…)` here. What has no name in SQLite has a name of ours.
Missing stays missing everywhere, numbers are rounded half away from zero, texts are compared by their signs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import GenericFunction

Sql = ColumnElement[Any]

DAY = (
    r"(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
"""A day that exists, as ISO text."""
CLOCK_TIME = r"[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
OFFSET = r"(?:Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)"
MOMENT = f"^{DAY}(?:{CLOCK_TIME}{OFFSET}?)?$"
"""A day, with or without a time, with or without an offset: what a company's text column may hold."""


def exactly(text: Sql) -> Sql:
    """A text that is put in order by its signs, whatever language the database sorts by."""
    return in_bytes(text)


# --- SQLite's own functions ---------------------------------------------------------------------------------


class instr(GenericFunction[int]):  # noqa: N801 - the name of an SQL function
    """Where a text holds another, from 1; 0 for nowhere."""

    type = sa.Integer()
    inherit_cache = True


class lower(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """A to Z in small letters; other letters stay."""

    type = sa.Text()
    inherit_cache = True


class round(GenericFunction[Any]):  # noqa: A001, N801 - the name of an SQL function
    """The nearest whole number, halves away from zero."""

    inherit_cache = True


class nearest(GenericFunction[Any]):  # noqa: N801 - used like an SQL function
    """The same of a number that PostgreSQL knows in decimals, such as the average of whole numbers."""

    inherit_cache = True


class json_array(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """A JSON list as text; one inside another is part of it."""

    type = sa.Text()
    inherit_cache = True


class json_object(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """A JSON object as text, from names and values in turn."""

    type = sa.Text()
    inherit_cache = True


class json(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """A text that is JSON, as part of other JSON."""

    type = sa.Text()
    inherit_cache = True


class json_of(GenericFunction[str]):  # noqa: N801 - used like an SQL function
    """A value as JSON text; null where it is missing."""

    type = sa.Text()
    inherit_cache = True


class json_group_array(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """A JSON list of one value of many rows, as text."""

    type = sa.Text()
    inherit_cache = True


class json_extract(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """A member of a JSON object, by a path such as `$.id`, as text."""

    type = sa.Text()
    inherit_cache = True


# --- our own, which sqlite.py defines for SQLite ------------------------------------------------------------


class wakeline_utc(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """A company's own datetime text, local unless it names an offset, in kept form; missing if it is none."""

    type = sa.Text()
    inherit_cache = True


class local_utc(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """The same of a column that holds a time on the clock of a zone, and nothing else (PostgreSQL)."""

    type = sa.Text()
    inherit_cache = True


class wakeline_local(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """A kept instant as local text."""

    type = sa.Text()
    inherit_cache = True


class wakeline_lot(GenericFunction[int]):  # noqa: N801 - the name of an SQL function
    """A number from 0 to 9,999 from a key and a name."""

    type = sa.BigInteger()
    inherit_cache = True


# --- what neither has a common name for ---------------------------------------------------------------------


class in_bytes(GenericFunction[str]):  # noqa: N801 - used like an SQL function
    """A text, ordered by its signs."""

    type = sa.Text()
    inherit_cache = True


class lesser(GenericFunction[float]):  # noqa: N801 - used like an SQL function
    """The lesser of two numbers; missing if one of them is."""

    type = sa.Float()
    inherit_cache = True


class greater(GenericFunction[float]):  # noqa: N801 - used like an SQL function
    """The greater of two numbers; missing if one of them is."""

    type = sa.Float()
    inherit_cache = True


class is_day(GenericFunction[bool]):  # noqa: N801 - used like an SQL function
    """Whether a text is the ISO text of a day that exists."""

    type = sa.Boolean()
    inherit_cache = True


class looks_like_day(GenericFunction[bool]):  # noqa: N801 - used like an SQL function
    """Whether a text has the digits of an ISO day where they belong; the day need not exist."""

    type = sa.Boolean()
    inherit_cache = True


class counts(GenericFunction[bool]):  # noqa: N801 - used like an SQL function
    """Whether a column of a company's own table holds a number, and not a text."""

    type = sa.Boolean()
    inherit_cache = True


class is_digits(GenericFunction[bool]):  # noqa: N801 - used like an SQL function
    """Whether a text is digits, with one point at most."""

    type = sa.Boolean()
    inherit_cache = True


class as_key(GenericFunction[int]):  # noqa: N801 - used like an SQL function
    """The number that a text of digits means as a key; SQLite compares the two as they are."""

    type = sa.BigInteger()
    inherit_cache = True


class times_scale(GenericFunction[Any]):  # noqa: N801 - used like an SQL function
    """A column that holds a number, or a text that is one, times a scale."""

    type = sa.Float()
    inherit_cache = True


class by_scale(GenericFunction[Any]):  # noqa: N801 - used like an SQL function
    """A kept number by its scale, as a company's own table holds it."""

    type = sa.Numeric(asdecimal=False)
    inherit_cache = True


class in_thousands(GenericFunction[str]):  # noqa: N801 - used like an SQL function
    """A whole number that is not negative, with a comma before every three digits; it must not be missing."""

    type = sa.Text()
    inherit_cache = True


class padded(GenericFunction[str]):  # noqa: N801 - used like an SQL function
    """A whole number that is not negative, with zeros before it up to a length; it must not be missing."""

    type = sa.Text()
    inherit_cache = True


class octets(GenericFunction[int]):  # noqa: N801 - used like an SQL function
    """How many bytes a text has: not fewer than signs, which SQLite counts up to a zero only."""

    type = sa.Integer()
    inherit_cache = True


class every_row(GenericFunction[int]):  # noqa: N801 - used like an SQL function
    """A limit that leaves out nothing: with an offset it keeps a statement from being merged into another."""

    type = sa.Integer()
    inherit_cache = True


class KeptAs(sa.Cast[Any]):
    """A value of a known kind: PostgreSQL has to be told, where SQLite takes what comes."""

    inherit_cache = True


@compiles(KeptAs, "sqlite")
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clause, **options))


def fenced(statement: sa.Select[Any]) -> sa.Select[Any]:
    """The statement behind a fence: it is worked out as it stands, once (SPIKE section 1)."""
    return statement.limit(every_row()).offset(0)


# --- how each database says it ------------------------------------------------------------------------------


def says(function: type[Any], *, sqlite: str = "", postgresql: str = "") -> None:
    """How a database says a function; `{0}` and `{1}` are its arguments. Without a form it says the name."""
    for name, form in (("sqlite", sqlite), ("postgresql", postgresql)):
        if form:
            compiles(function, name)(_in_form(form))


def _in_form(form: str) -> Callable[..., str]:
    def compiled(element: Any, compiler: Any, **options: Any) -> str:
        return form.format(*(compiler.process(one, **options) for one in element.clauses))

    return compiled


def _text(written: str) -> str:
    """A text of ours in a form: SQL doubles `'`, a form braces, and the driver of PostgreSQL `%`."""
    return "'" + written.replace("'", "''").replace("{", "{{").replace("}", "}}").replace("%", "%%") + "'"


says(instr, postgresql="strpos({0}, {1})")
says(lower, postgresql='lower({0} COLLATE "C")')
# By way of text: a number in floating point becomes the decimals that it is shown by.
says(round, postgresql="round(CAST(CAST({0} AS TEXT) AS NUMERIC))")
says(nearest, sqlite="round({0})", postgresql="round({0})")
says(in_bytes, sqlite="{0}", postgresql='({0} COLLATE "C")')
# The functions behind min and max of numbers: unlike LEAST they know that missing is missing.
says(lesser, sqlite="min({0}, {1})", postgresql="float8smaller(CAST({0} AS FLOAT), CAST({1} AS FLOAT))")
says(greater, sqlite="max({0}, {1})", postgresql="float8larger(CAST({0} AS FLOAT), CAST({1} AS FLOAT))")
says(every_row, sqlite="-1", postgresql="ALL")
says(
    in_thousands,
    sqlite="printf('%,d', {0})",
    postgresql="to_char({0}, 'FM999,999,999,999,999,999,990')",
)
says(padded, sqlite="printf('%0*d', {1}, {0})", postgresql="lpad(CAST({0} AS TEXT), {1}, '0')")

says(octets, sqlite="length(CAST({0} AS BLOB))", postgresql="octet_length({0})")

says(json, postgresql="{0}")
says(json_of, sqlite="json_quote({0})", postgresql="coalesce(CAST(to_json({0}) AS TEXT), 'null')")
says(json_group_array, postgresql="('[' || coalesce(string_agg({0}, ','), '') || ']')")
says(json_extract, postgresql="(CAST({0} AS JSON) #>> string_to_array(substr({1}, 3), '.'))")

says(
    is_day,
    # `+0 days` makes every version of SQLite turn 31 February into a day that exists.
    sqlite="(date({0}, '+0 days') = {0} AND {0} >= '0001-01-01')",
    postgresql=f"({{0}} ~ {_text(f'^{DAY}$')})",
)
says(
    looks_like_day,
    sqlite="({0} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')",
    postgresql="(translate({0}, '123456789', '000000000') = '0000-00-00')",
)
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
says(
    counts,
    sqlite="(typeof({0}) IN ('integer', 'real'))",
    postgresql=f"(pg_typeof({{0}}) IN ({', '.join(f'{_text(one)}::regtype' for one in _NUMBERS)}))",
)
says(
    is_digits,
    sqlite="({0} NOT GLOB '*[^0-9.]*' AND {0} GLOB '*[0-9]*' AND {0} NOT GLOB '*.*.*')",
    postgresql=f"({{0}} ~ {_text(r'^([0-9]+[.]?[0-9]*|[.][0-9]+)$')})",
)
says(
    as_key,
    sqlite="{0}",
    postgresql=f"CAST(substring(CAST({{0}} AS TEXT) from {_text('^-?[0-9]{1,18}$')}) AS BIGINT)",
)
says(
    times_scale,
    sqlite="({0} * CAST({1} AS REAL))",
    postgresql="(CAST(CAST({0} AS TEXT) AS NUMERIC) * CAST({1} AS NUMERIC))",
)
says(
    by_scale,
    sqlite="(CAST({0} AS REAL) / {1})",
    postgresql="trim_scale(CAST({0} AS NUMERIC) / CAST({1} AS NUMERIC))",
)
says(
    wakeline_local,
    postgresql="to_char(CAST({0} AS TIMESTAMPTZ) AT TIME ZONE {1}, 'YYYY-MM-DD HH24:MI:SS')",
)
says(
    wakeline_lot,
    postgresql="(CAST(CAST('x' || substr(md5({1} || chr(31) || {0}), 1, 8) AS BIT(32)) AS BIGINT) %% 10000)",
)


def _kept_instant(instant: str) -> str:
    """A form that shows an instant in kept form; it is missing outside the years 1 to 9999."""
    shown = f"""to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"AD')"""
    return f"substring({shown} from {_text('^([0-9]{4}-.{14}Z)AD$')})"


def _on_the_clock(local: str) -> str:
    """A form that tells the instant of a time on a zone's clock: of an hour that comes twice the first."""
    before = f"((({local} - interval '1 day') AT TIME ZONE {{1}}) + interval '24 hours')"
    there = f"{before} AT TIME ZONE {{1}} = {local}"
    return f"(CASE WHEN {there} THEN {before} ELSE {local} AT TIME ZONE {{1}} END)"


_LOCAL = _kept_instant(_on_the_clock("CAST({0} AS TIMESTAMP)"))
_EXACT = _kept_instant("CAST({0} AS TIMESTAMPTZ)")
says(local_utc, postgresql=_LOCAL)
says(
    wakeline_utc,
    postgresql=f"CASE WHEN {{0}} ~ {_text(MOMENT)} THEN"
    f" CASE WHEN {{0}} ~ {_text(f'^.{{10}}.*{OFFSET}$')} THEN {_EXACT} ELSE {_LOCAL} END END",
)


_COMMA = " || ',' || "


def _json_part(one: Any, compiler: Any, options: Any) -> str:
    """A value as JSON text, without blanks as SQLite has it; what is JSON already is a part of it."""
    if isinstance(one, sa.sql.elements.Null):
        return "'null'"
    found = compiler.process(one, **options)
    is_json = isinstance(one, json_array | json_object | json)
    return str(found) if is_json else f"coalesce(CAST(to_json({found}) AS TEXT), 'null')"


@compiles(json_array, "postgresql")
def _json_array(element: Any, compiler: Any, **options: Any) -> str:
    parts = [_json_part(one, compiler, options) for one in element.clauses]
    return f"('[' || {_COMMA.join(parts)} || ']')" if parts else "'[]'"


@compiles(json_object, "postgresql")
def _json_object(element: Any, compiler: Any, **options: Any) -> str:
    parts = [_json_part(one, compiler, options) for one in element.clauses]
    pairs = [f"{name} || ':' || {value}" for name, value in zip(parts[::2], parts[1::2], strict=True)]
    return f"('{{' || {_COMMA.join(pairs)} || '}}')" if pairs else "'{}'"
