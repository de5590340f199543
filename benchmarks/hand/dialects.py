"""The few words in which SQLite and PostgreSQL differ here, and how each driver is spoken to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

_NAME = re.compile(r"(?<!:):([a-z]\w*)")


@dataclass(frozen=True)
class Noted:
    """A step as the journal has it: details and the hits that it is done for as SQL."""

    path: str
    kind: str
    details: str = "NULL"
    where: str = "TRUE"


class Dialect(Protocol):
    """One database: words for statements, and the driver's ways."""

    amounts: str
    """Customers with state 正常 and their orders of this year, in order of the key."""

    def create_hits(self, columns: str) -> str:
        """The temporary table of a workflow's records, numbered as they come; `columns` beside seq and id."""

    def money(self, cents: str) -> str:
        """Cents as text, such as ¥1,234.50; an amount is never negative here."""

    def quoted(self, text: str) -> str:
        """A text, which may be missing, as JSON."""

    def journal(self, steps: Sequence[Noted]) -> Sequence[str]:
        """Statements that note the steps of every hit in the journal."""

    def execute(self, connection: Any, statement: str, given: Mapping[str, Any]) -> Any:
        """A statement with `:name` for values; the cursor."""

    def analyze(self, connection: Any, table: str) -> None:
        """Tell the planner what is in a temporary table."""

    def begin(self, connection: Any) -> None:
        """Begin a transaction that writes."""

    def commit(self, connection: Any) -> None:
        """End it."""


class Sqlite:
    """Through sqlite3 or pysqlite3."""

    # Asked one by one behind a fence: worked out once, along the index.
    amounts = """
        SELECT id, tier, (
          SELECT sum(amount) FROM orders
          WHERE customer = customers.id AND date BETWEEN :year_start AND :today) AS amount
        FROM customers WHERE state = '正常' ORDER BY id LIMIT -1
    """

    def create_hits(self, columns: str) -> str:
        """`seq` counts by itself."""
        return f"CREATE TEMP TABLE hits (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, {columns})"

    def money(self, cents: str) -> str:
        """By printf."""
        return f"printf('¥%,d.%02d', {cents} / 100, {cents} % 100)"

    def quoted(self, text: str) -> str:
        """By json_quote."""
        return f"json_quote({text})"

    def journal(self, steps: Sequence[Noted]) -> Sequence[str]:
        """Hit by hit, in the order of the table's key: rows are appended to it."""
        rows = ", ".join(f"({number}, '{one.path}', '{one.kind}')" for number, one in enumerate(steps))
        details = " ".join(f"WHEN {number} THEN {one.details}" for number, one in enumerate(steps))
        concerns = " ".join(f"WHEN {number} THEN {one.where}" for number, one in enumerate(steps))
        statement = f"""
            WITH steps(step, path, kind) AS (VALUES {rows})
            INSERT INTO wakeline_journal (enrollment, path, kind, run, details)
            SELECT :base + seq, path, kind, :run, CASE step {details} END
            FROM hits CROSS JOIN steps WHERE CASE step {concerns} END
        """
        return (statement,)

    def execute(self, connection: Any, statement: str, given: Mapping[str, Any]) -> Any:
        """The driver knows `:name`."""
        return connection.execute(statement, given)

    def analyze(self, connection: Any, table: str) -> None:
        """It is scanned as a whole; there is nothing to choose."""

    def begin(self, connection: Any) -> None:
        """The one writer from the beginning."""
        connection.execute("BEGIN IMMEDIATE")

    def commit(self, connection: Any) -> None:
        """What was not begun needs no end."""
        if connection.in_transaction:
            connection.execute("COMMIT")


class Postgres:
    """Through psycopg."""

    # Added up for everybody, which is twice as fast here as to ask one by one.
    amounts = """
        SELECT id, tier, amount
        FROM customers LEFT JOIN (
          SELECT customer, sum(amount) AS amount FROM orders
          WHERE date BETWEEN :year_start AND :today GROUP BY customer
        ) AS added ON added.customer = id
        WHERE state = '正常' ORDER BY id
    """

    def create_hits(self, columns: str) -> str:
        """Texts are compared by their signs, as in the tables they come from."""
        texts = re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', columns)
        return (
            "CREATE TEMP TABLE hits "
            f'(seq BIGINT GENERATED ALWAYS AS IDENTITY, id TEXT COLLATE "C" NOT NULL, {texts})'
        )

    def money(self, cents: str) -> str:
        """By to_char."""
        whole = f"to_char({cents} / 100, 'FM999,999,999,990')"
        return f"'¥' || {whole} || '.' || lpad(({cents} % 100)::text, 2, '0')"

    def quoted(self, text: str) -> str:
        """By to_json; a whole object by json_build_object takes five times as long as to put it together."""
        return f"coalesce(to_json({text})::text, 'null')"

    def journal(self, steps: Sequence[Noted]) -> Sequence[str]:
        """Step by step: to pair hits with steps costs more than to read them several times."""
        return [
            f"""
            INSERT INTO wakeline_journal (enrollment, path, kind, run, details)
            SELECT :base + seq, '{one.path}', '{one.kind}', :run, {one.details} FROM hits WHERE {one.where}
            """
            for one in steps
        ]

    def execute(self, connection: Any, statement: str, given: Mapping[str, Any]) -> Any:
        """The driver knows `%(name)s`, and looks for signs of percent only where values are given."""
        if not given:
            return connection.execute(statement)
        return connection.execute(_NAME.sub(r"%(\1)s", statement.replace("%", "%%")), given)

    def analyze(self, connection: Any, table: str) -> None:
        """Nobody else looks into it. It is joined by the key alone, and told apart by nothing else."""
        connection.execute(f"ANALYZE {table} (id)")

    def begin(self, connection: Any) -> None:
        """The driver begins by itself."""

    def commit(self, connection: Any) -> None:
        """Whatever was begun."""
        connection.commit()


DIALECTS: Mapping[str, Dialect] = {"sqlite": Sqlite(), "postgresql": Postgres()}
"""By the names that SQLAlchemy has for them."""
