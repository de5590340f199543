"""The statements that carry out a run, each built once; every chunk gives them its bounds as parameters.

To build a statement and to find it among those compiled costs more than a chunk takes to be written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, cast

import sqlalchemy as sa

from engine.ledger.events import has_begun
from engine.ledger.tables import asks, created, enrollments, events, journal, runs
from engine.model.effects import (
    Column,
    Create,
    EffectBatch,
    EffectKind,
    Fanned,
    Fixed,
    Notice,
    Skipped,
    Start,
    Stop,
    Update,
    Woke,
    fanned_of,
    path_to,
)
from engine.model.entities import FieldType, Module
from engine.model.nights import AskState, EventState
from engine.model.workflow import Once
from engine.records.driving import is_postgres
from engine.records.imprints import imprint_of
from engine.records.json_text import spelled
from engine.records.matched import Matched
from engine.records.tables import Sql, binding
from engine.records.walks import Walk

Bounds: TypeAlias = Mapping[str, int]

OUTBOX_COLUMNS = (
    *("enrollment", "path", "run", "kind", "record", "channel", "recipient"),
    *("template", "subject", "body", "urgent", "state"),
)

ADDRESSED = ("module", "addressee", "html")
"""What a message has beside OUTBOX_COLUMNS: the record it goes to, whether its body is HTML."""

FIRST, LAST, BASE = "chunk_first", "chunk_last", "chunk_base"
"""The first and the last `seq` of a chunk, and what its enrollments are numbered from."""

PORTION_RECORDS = 1_000
"""Of one statement on SQLite, which keeps in memory how each page was that a statement changes.

An index has its entries in the order of something else, each on a page of its own: those of 5,000 new tasks,
with two indexes, took 24 MB.
"""


@dataclass(frozen=True)
class Noting:
    """A statement that writes the effects of some batches, by their numbers in the draft, to the journal.

    Of several, `counted` asks how many rows of a chunk each of the `uneven` concerns; the others concern all.
    """

    statement: sa.Insert
    batches: Sequence[int]
    uneven: Sequence[int] = ()
    counted: sa.Select[Any] | None = None


@dataclass(frozen=True)
class Statements:
    """Everything that a run asks of the database for a chunk of its matched records.

    `keeps_imprints`: it is noted how new records were made, so that one sees later who has touched them.
    """

    matched: Matched
    run: int
    keeps_imprints: bool = True

    @staticmethod
    def bounds(first: int, last: int, base: int) -> Bounds:
        """The parameters of a chunk; the enrollment of a row that starts is `base + seq`."""
        return {FIRST: first, LAST: last, BASE: base}

    def portions(self, bounds: Bounds) -> Iterator[Bounds]:
        """A chunk in the parts in which a statement takes it whose rows have places all over a table."""
        size = bounds[LAST] - bounds[FIRST] + 1 if is_postgres(self.matched.connection) else PORTION_RECORDS
        for first in range(bounds[FIRST], bounds[LAST] + 1, size):
            yield self.bounds(first, min(first + size - 1, bounds[LAST]), bounds[BASE])

    # --- before anything is written -----------------------------------------------------------

    @cached_property
    def taken(self) -> sa.Select[Any]:
        """Rows that are not as they were selected: started meanwhile, gone, or written to by others."""
        selection, table = self.matched.selection, self.matched.table
        tables, module = selection.tables, selection.workflow.module
        target = tables.of(module).alias("target")
        gone = target.c[module.record_key.column].is_(None)
        others = [selection.started(table.c.id, table.c.once_key), gone]
        for change in self.matched.draft.writes:
            now, before = tables.kept(module, change.field, target), self.matched.part(change.before)
            others.append(now.is_distinct_from(before))
        beside = table.outerjoin(target, tables.same_record(module, target, table.c.id))
        return sa.select(table.c.seq).select_from(beside).where(self.in_chunk, sa.or_(*others))

    @cached_property
    def intact(self) -> sa.Select[Any]:
        """How many rows are as they were selected, as far as their records tell.

        On PostgreSQL this locks what is to be changed, in the order of keys, so that two of us never wait for
        each other; SQLite has one writer at a time. The keys themselves are not changed: who links to a
        record goes on.
        """
        tables, module = self.matched.selection.tables, self.matched.selection.workflow.module
        target, writes = tables.of(module).alias("target"), self.matched.draft.writes
        same = tables.same_record(module, target, self.matched.table.c.id)
        unchanged = [
            tables.kept(module, one.field, target).is_not_distinct_from(self.matched.part(one.before))
            for one in writes
        ]
        found = sa.select(sa.and_(sa.true(), *unchanged).label("is_unchanged"))
        found = found.select_from(self.matched.table.join(target, same)).where(self.in_chunk)
        if writes and is_postgres(self.matched.connection):
            found = found.order_by(target.c[module.record_key.column])
            found = found.with_for_update(key_share=True, of=target)
        inner = found.subquery("found")
        return sa.select(sa.func.count()).select_from(inner).where(inner.c.is_unchanged)

    # --- enrollments --------------------------------------------------------------------------

    @cached_property
    def enroll(self) -> sa.Insert:
        """One enrollment a row; it waits at a step, or is over at once, done or stopped."""
        walk = self._walk
        selection, table = self.matched.selection, self.matched.table
        is_episode, control = selection.workflow.once_per.kind is Once.EPISODE, self.matched.draft.control
        # One moment may see several episodes of a record; a run sees one.
        once_key = table.c.once_key + sa.literal(f"#{self.run}") if is_episode else table.c.once_key
        values: dict[str, Sql] = {
            "id": self.enrollment,
            "workflow": sa.literal(selection.workflow.id),
            "record": selection.record_text(table.c.id),
            "once_key": once_key,
            "run": sa.literal(self.run),
            "started_on": sa.literal(selection.clock.today.isoformat()),
            "episode_open": sa.literal(int(is_episode)),
            "control": sa.literal(0) if control is None else table.c[f"b{control}"],
            "version": sa.literal(selection.workflow.version),
            "started_at": walk.now,
            **walk.columns(),
        }
        if self.matched.draft.goal_by is not None:
            values["goal_by"] = walk.instant(self.matched.draft.goal_by)
        chosen = sa.select(*values.values()).where(self.in_chunk)
        return enrollments.insert().from_select(list(values), chosen)

    @cached_property
    def go_on(self) -> Sequence[sa.Update]:
        """The enrollments come to another step that waits, or are over; their open questions are, too."""
        walk, table = self._walk, self.matched.table
        same = sa.and_(enrollments.c.id == self.enrollment, self.in_chunk)
        # The goal is seen when it ends an enrollment; within its time it is a success (Meaning 8).
        seen = sa.case((walk.is_goal, walk.now), else_=enrollments.c.goal_at)
        stands = sa.update(enrollments).values(**walk.columns(), goal_at=seen).where(same)
        gone_on = sa.select(self.enrollment).select_from(table).where(self.in_chunk)
        # In time it is withdrawn: goal or stop rule were quicker.
        state = sa.case((asks.c.until > walk.now, AskState.WITHDRAWN.value), else_=AskState.EXPIRED.value)
        is_open = sa.and_(asks.c.enrollment.in_(gone_on), asks.c.state == AskState.OPEN.value)
        return stands, sa.update(asks).values(state=state).where(is_open)

    @cached_property
    def _walk(self) -> Walk:
        return Walk(self.matched)

    # --- what was done ------------------------------------------------------------------------

    @cached_property
    def journal(self) -> Sequence[Noting]:
        """One row for each effect of a batch.

        SQLite keeps the journal in the order of its key: written record by record it is appended to, written
        batch by batch each of its pages is torn apart. PostgreSQL puts rows where there is room, and takes
        longer to pair them with the batches than to read them once for each.
        """
        concerning = [number for number, count in enumerate(self.matched.effects) if count]
        of_starts = [number for number in concerning if fanned_of(self._batches[number]) is None]
        together = [] if is_postgres(self.matched.connection) or len(of_starts) < 2 else of_starts
        alone = (number for number in concerning if number not in together)
        found = [Noting(self._journal_of(self._batches[number]), (number,)) for number in alone]
        return [self._noting_of(together), *found] if together else found

    @cached_property
    def nobody(self) -> Mapping[str, sa.Insert]:
        """Where a notice has nobody to go to: a row that says so, by the path of the notice."""
        notices = [one for one in self._batches if isinstance(one, Notice)]
        reason = spelled({"reason": "W604"})
        return {
            one.path: self._journal(
                sa.literal(one.path),
                EffectKind.SKIPPED,
                concerned=sa.and_(self.matched.gate(one.gate), self.matched.part(one.to).is_(None)),
                details=reason,
            )
            for one in notices
            if fanned_of(one) is None
        }

    def _journal_of(self, batch: EffectBatch) -> sa.Insert:
        fanned = fanned_of(batch)
        path = sa.literal(batch.path) if fanned is None else self._path_of_related(batch, fanned)
        return self._journal(
            path,
            batch.kind,
            concerned=self.matched.concerns(batch),
            details=self._details(batch),
            fan=None if fanned is None else fanned.fan,
        )

    def _noting_of(self, numbers: Sequence[int]) -> Noting:
        """Several batches at once, row by row, and of each row in the order of their paths."""
        batches = {number: self._batches[number] for number in numbers}
        told = sorted((one.path, number, str(one.kind)) for number, one in batches.items())
        step = _steps([(number, path, kind) for path, number, kind in told])
        details = {number: self._details(one) for number, one in batches.items()}
        concerns = {number: self.matched.concerns(one) for number, one in batches.items()}
        chosen = sa.select(
            *(self.enrollment, step.c.column2, step.c.column3),
            *(sa.literal(self.run), sa.case(details, value=step.c.column1)),
        )
        chosen = chosen.select_from(self.matched.table.join(step, sa.true()))
        chosen = chosen.where(self.in_chunk, sa.case(concerns, value=step.c.column1))
        statement = self._into_journal(chosen.order_by(self.matched.table.c.seq))
        uneven = [number for number in numbers if self.matched.effects[number] < self.matched.starts]
        counts: list[Any] = [
            sa.func.coalesce(sa.func.sum(sa.cast(concerns[one], sa.Integer)), 0) for one in uneven
        ]
        counted = sa.select(*counts).select_from(self.matched.table).where(self.in_chunk)
        return Noting(statement, numbers, uneven, counted if uneven else None)

    def _path_of_related(self, batch: EffectBatch, fanned: Fanned) -> Sql:
        """Each related record has a path of its own."""
        recipient = self.matched.fans[fanned.fan].table.c[fanned.recipient.name]
        return sa.literal(path_to(batch.path, "")) + sa.cast(recipient, sa.Text)

    def _journal(
        self, path: Sql, kind: EffectKind, *, concerned: Sql, details: Sql, fan: int | None = None
    ) -> sa.Insert:
        chosen = sa.select(self.enrollment, path, sa.literal(str(kind)), sa.literal(self.run), details)
        return self._into_journal(
            chosen.select_from(self.matched.beside(fan)).where(self.in_chunk, concerned)
        )

    @staticmethod
    def _into_journal(chosen: Any) -> sa.Insert:
        return journal.insert().from_select([column.name for column in journal.c], chosen)

    def _details(self, batch: EffectBatch) -> Sql:
        """A JSON object, with what is the same for every record spelled out."""
        if isinstance(batch, Update):
            changes = {
                one.field.key: [self._json(one.before), self._json(one.after)] for one in batch.changes
            }
            return spelled({"module": batch.module.key, "changes": changes})
        if isinstance(batch, Create):
            return spelled({"module": batch.module.key, "id": self.created_key(batch)})
        if isinstance(batch, Stop | Skipped):
            return spelled({"reason": batch.reason})
        if isinstance(batch, Woke):
            return spelled({"how": batch.how})
        if isinstance(batch, Start):
            return spelled({"workflow": batch.workflow})
        return sa.null()

    def _json(self, part: Fixed | Column) -> Any:
        return part.value if isinstance(part, Fixed) else self.matched.part(part)

    def created_key(self, batch: Create) -> Sql | None:
        """What `created_key` gives, in SQL; None where the database gives the key."""
        if gives_keys(batch.module):
            return None
        enrollment = sa.cast(self.enrollment, sa.Text)
        return sa.literal("W") + enrollment + sa.literal(f"-{batch.number}")

    # --- records ------------------------------------------------------------------------------

    @cached_property
    def update(self) -> sa.Update | None:
        """The final values of every written field, one statement for the whole stretch."""
        writes = self.matched.draft.writes
        if not writes:
            return None
        tables, table = self.matched.selection.tables, self.matched.table
        module = self.matched.selection.workflow.module
        target = tables.of(module)
        values = {
            target.c[change.field.column]: tables.written(
                module, change.field, self.matched.part(change.after)
            )
            for change in writes
        }
        differs = sa.or_(*(self.matched.differs(change) for change in writes))
        same = tables.same_record(module, target, table.c.id)
        return sa.update(target).values(values).where(same, self.in_chunk, differs)

    def create(self, batch: Create) -> sa.Insert:
        """A new record in a company's own table; what is bound is the key, then the values."""
        tables, module = self.matched.selection.tables, batch.module
        fields = [module.fields[key] for key in batch.values]
        key, *values = map(binding, range(1 + len(fields)))
        written = {
            module.record_key.column: tables.written_key(module, key),
            **{
                field.column: tables.written(module, field, value)
                for field, value in zip(fields, values, strict=True)
            },
        }
        if gives_keys(module):
            del written[module.record_key.column]
        return tables.of(module).insert().values(written)

    @cached_property
    def imprints(self) -> Mapping[int, sa.Insert]:
        """How new records were made, by the numbers of their batches; none where their keys are not known."""
        batches = (one for one in self._batches if isinstance(one, Create) and self.keeps_imprints)
        return {one.number: self._imprint(one) for one in batches if not gives_keys(one.module)}

    def _imprint(self, batch: Create) -> sa.Insert:
        key = cast("Sql", self.created_key(batch))
        tables, target = self.matched.selection.tables, self.matched.selection.tables.of(batch.module)
        made = self.matched.table.join(target, tables.same_record(batch.module, target, key))
        values = (self.enrollment, key, sa.literal(batch.path), imprint_of(tables, batch.module, target))
        chosen = sa.select(*values).select_from(made).where(self.in_chunk, self.matched.concerns(batch))
        return created.insert().from_select(["enrollment", "record", "path", "imprint"], chosen)

    # --- other workflows ----------------------------------------------------------------------

    def start(self, batch: Start) -> sa.Insert:
        """Other workflows are started for the record once this run is over (Meaning 10).

        What led to them began with the event that began the enrollment, however many runs ago.
        """
        path, workflow = sa.literal(f"/{batch.path}"), self.matched.selection.workflow.id
        walk, led = enrollments.alias("walk"), events.alias("led")
        at = sa.select(runs.c.at).where(runs.c.id == self.run).scalar_subquery()
        before = sa.func.coalesce(led.c.origins + sa.literal(" "), sa.literal(""))
        values: dict[str, Sql] = {
            "key": sa.literal("start/") + sa.cast(self.enrollment, sa.Text) + path,
            "workflow": sa.literal(batch.workflow),
            "record": self.matched.selection.record_text(self.matched.table.c.id),
            "kind": sa.literal("started"),
            "depth": sa.func.coalesce(led.c.depth, 0) + 1,
            "origins": sa.func.trim(before + sa.literal(workflow)),
            "at": at,
            "state": sa.literal(EventState.WAITING.value),
        }
        begun = self.matched.table.join(walk, walk.c.id == self.enrollment)
        chosen = sa.select(*values.values()).select_from(begun.outerjoin(led, has_begun(led, walk)))
        chosen = chosen.where(self.in_chunk, self.matched.gate(batch.gate))
        return events.insert().from_select(list(values), chosen)

    # --- parts --------------------------------------------------------------------------------

    @property
    def _batches(self) -> Sequence[EffectBatch]:
        return self.matched.draft.batches

    @cached_property
    def enrollment(self) -> Sql:
        if self.matched.goes_on:
            return self.matched.enrollment
        return sa.bindparam(BASE, type_=sa.BigInteger()) + self.matched.table.c.seq

    @cached_property
    def in_chunk(self) -> Sql:
        first, last = (sa.bindparam(name, type_=sa.BigInteger()) for name in (FIRST, LAST))
        return self.matched.table.c.seq.between(first, last)


def _steps(rows: Sequence[tuple[Any, ...]]) -> sa.CTE:
    """Rows of three values, as SQLite names their columns. As a text: SQLAlchemy compiles its `values` anew
    for every chunk.
    """
    given = {f"step{place}_{number}": one for number, row in enumerate(rows) for place, one in enumerate(row)}
    marks = (", ".join(f":step{place}_{number}" for place in range(3)) for number in range(len(rows)))
    values = sa.text("VALUES " + ", ".join(f"({row})" for row in marks)).bindparams(**given)
    return values.columns(*(sa.column(f"column{place}") for place in (1, 2, 3))).cte("steps")


def gives_keys(module: Module) -> bool:
    """Whether the database itself gives a new record its key."""
    return module.record_key.type is FieldType.NUMBER
