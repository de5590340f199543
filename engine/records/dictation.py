"""What goes out with texts that the database puts together itself: no row of it enters Python.

A record whose texts come to nothing, because a value is missing or cannot be shown, is `untold`: who writes
the chunk asks its texts then.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from engine.ledger.tables import outbox
from engine.model.effects import Column, Create, Fixed, Message, Notice
from engine.model.phrases import Phrased
from engine.model.values import Show, to_stored
from engine.records.phrases import Wording
from engine.records.statements import ADDRESSED, OUTBOX_COLUMNS, Bounds, Statements
from engine.records.tables import Sql, constant, kept_type


@dataclass(frozen=True)
class Dictation:
    """The batches of a run, by their number in the draft, that are phrases through and through."""

    statements: Statements
    phrased: Mapping[int, Phrased]
    show: Show
    notices: str
    longest: int

    def takes(self, first: int, last: int) -> bool:
        """Whether every text of a chunk can be put together by the database."""
        place = bisect_left(self._untold, first)
        return place == len(self._untold) or self._untold[place] > last

    def write(self, batch: int, bounds: Bounds) -> None:
        """The rows of a batch for a chunk; of a notice that has nobody to go to, a line in the journal."""
        matched = self.statements.matched
        if batch in self._inserts:
            for portion in self.statements.portions(bounds):
                matched.connection.execute(self._inserts[batch], portion)
        if batch in self._nobody:
            path = matched.draft.batches[batch].path
            matched.connection.execute(self.statements.nobody[path], bounds)

    @cached_property
    def _nobody(self) -> frozenset[int]:
        matched = self.statements.matched
        asked = {
            number: sa.and_(matched.gate(batch.gate), matched.part(batch.to).is_(None))
            for number, batch in enumerate(matched.draft.batches)
            if number in self.phrased and isinstance(batch, Notice)
        }
        if not asked:
            return frozenset()
        counted = [sa.func.max(sa.cast(nobody, sa.Integer)) for nobody in asked.values()]
        found = matched.connection.execute(sa.select(*counted).select_from(matched.table)).one()
        return frozenset(number for number, is_lacking in zip(asked, found, strict=True) if is_lacking)

    # --- what cannot be told ------------------------------------------------------------------

    @cached_property
    def _untold(self) -> Sequence[int]:
        """The rows of which some text comes to nothing, in order."""
        matched = self.statements.matched
        lacking = [self._is_untold(number) for number in self.phrased]
        if not lacking:
            return ()
        table = matched.table
        asked = sa.select(table.c.seq).where(table.c.deferred == 0, sa.or_(*lacking)).order_by(table.c.seq)
        return list(matched.connection.execute(asked).scalars())

    def _is_untold(self, number: int) -> Sql:
        """Whether a row behind the batch's gate has a text that is missing, or perhaps too long."""
        matched, batch = self.statements.matched, self.statements.matched.draft.batches[number]
        phrases = [part for part in self.phrased[number].values() if isinstance(part, tuple)]
        untold = [self._wording.untold(phrase, self.longest) for phrase in phrases]
        return sa.and_(matched.concerns(batch), sa.or_(sa.false(), *untold))

    # --- what is written ----------------------------------------------------------------------

    @cached_property
    def _inserts(self) -> Mapping[int, sa.Insert]:
        batches = self.statements.matched.draft.batches
        concerning = (number for number in self.phrased if self.statements.matched.effects[number])
        return {number: self._insert(number, batches[number]) for number in concerning}

    def _insert(self, number: int, batch: Any) -> sa.Insert:
        parts = {name: self._part(part) for name, part in self.phrased[number].items()}
        matched = self.statements.matched
        if isinstance(batch, Create):
            target, values = matched.selection.tables.of(batch.module), self._created(batch, parts)
        else:
            target, values = outbox, self._sent(batch, parts)
        chosen = sa.select(*values.values()).select_from(matched.table)
        # New records and letters are numbered as they come.
        chosen = chosen.where(self.statements.in_chunk, matched.concerns(batch)).order_by(matched.table.c.seq)
        return target.insert().from_select(list(values), chosen)

    def _created(self, batch: Create, parts: Mapping[str, Sql]) -> Mapping[str, Sql]:
        tables, module = self.statements.matched.selection.tables, batch.module
        found: dict[str, Sql] = {}
        key = self.statements.created_key(batch)
        if key is not None:
            found[module.record_key.column] = tables.written_key(module, key)
        for name, value in parts.items():
            field = module.fields[name]
            found[field.column] = tables.written(module, field, value)
        return found

    def _sent(self, batch: Message | Notice, parts: Mapping[str, Sql]) -> Mapping[str, Sql]:
        """In the order of OUTBOX_COLUMNS and ADDRESSED."""
        selection, table = self.statements.matched.selection, self.statements.matched.table
        record, run = selection.record_text(table.c.id), sa.literal(self.statements.run)
        nothing = sa.cast(sa.null(), sa.Text())
        head = [self.statements.enrollment, sa.literal(batch.path), run, sa.literal(str(batch.kind)), record]
        waiting = sa.literal("waiting")
        if isinstance(batch, Notice):
            channel, urgent = sa.literal(batch.channel or self.notices), sa.literal(to_stored(batch.urgent))
            values = [*head, channel, parts["address"], nothing, nothing, parts["text"], urgent, waiting]
            return dict(zip(OUTBOX_COLUMNS, values, strict=True))
        letter = [sa.literal(batch.template), parts["subject"], parts["body"], sa.literal(0), waiting]
        addressed = [sa.literal(selection.workflow.module.key), record, sa.literal(0)]
        values = [*head, sa.literal(batch.channel), parts["to"], *letter, *addressed]
        return dict(zip((*OUTBOX_COLUMNS, *ADDRESSED), values, strict=True))

    def _part(self, part: Any) -> Sql:
        if isinstance(part, Fixed):
            return constant(part.value, part.type)
        if isinstance(part, Column):
            return self._column(part)
        return self._wording.phrase(part)

    @cached_property
    def _wording(self) -> Wording:
        return Wording(self.show, self._column)

    def _column(self, column: Column) -> Sql:
        found: Sql = self.statements.matched.table.c[column.name]
        return sa.type_coerce(found, kept_type(column.type))
