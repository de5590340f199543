"""Links to records that are not there yet: which of them may wait, and what became of them.

A link is the key of another record. It may be written before that record comes where no order of files brings
every record first: within a module, and between modules that lead to one another. It holds from the moment
the record is there; until then it leads nowhere, and is told. A link that waits may also hold a name: once a
single record bears it, the key takes its place, unless what was written may be the key of another.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice

from engine.exchange.columns import may_wait
from engine.exchange.report import LooseColumn, LoosePlace, Note, facts_of, shortened
from engine.exchange.rows import Key, Row, RowReader
from engine.exchange.sheet import Sheet
from engine.exchange.targets import leads, named, told_keys
from engine.model.entities import Model, Module, Relation
from engine.records.loose import LooseLinks, count_links_to, loose_links, settle_by_name
from engine.records.session import Session

MOST_PLACES = 1_000
"""A report names so many cells of a column; the others are counted."""

_CHUNK = 2_000


class LooseRows:
    """The rows written with a link to a record that was not there, by number: eight bytes a row."""

    def __init__(self) -> None:
        self._numbers: array[int] = array("q")

    def note(self, rows: Sequence[Row]) -> None:
        """Remember those of some rows; they come in the order of the file."""
        self._numbers.extend(row.number for row in rows if row.is_loose and not row.mistakes)

    def columns(self, session: Session, sheet: Sheet, rows: RowReader) -> Iterator[LooseColumn]:
        """The columns with links that lead nowhere now that the whole file is in."""
        if not self._numbers:
            return
        places: dict[int, list[LoosePlace]] = {n: [] for n, _ in rows.waiting}
        counts = Counter[int]()
        again = self._again(sheet, rows)
        while chunk := list(islice(again, _CHUNK)):
            for n, one in rows.waiting:
                cells = {row.number: cell for row in chunk if (cell := row.links.get(n)) is not None}
                led = leads(session, rows.model.linked(one), set(cells.values()))
                found = [
                    LoosePlace(at, shortened(str(one.text if one.key is None else one.key)))
                    for at, one in cells.items()
                    if not led[one]
                ]
                counts[n] += len(found)
                places[n] += found[: MOST_PLACES - len(places[n])]
        for n, one in rows.waiting:
            if counts[n]:
                to = rows.model.linked(one)
                is_empty = session.count(to) == 0
                yield LooseColumn(rows.column(n), to, one.required, is_empty, counts[n], tuple(places[n]))

    def _again(self, sheet: Sheet, rows: RowReader) -> Iterator[Row]:
        """The remembered rows, read once more."""
        wanted = iter(self._numbers)
        number = next(wanted, None)
        for source in sheet.rows():
            if source.number == number:
                number = next(wanted, None)
                yield rows.read(source)


class Incoming:
    """The links that may have waited for the records of a module."""

    def __init__(self, session: Session, model: Model, module: Module) -> None:
        self._session = session
        self._settled = Counter[Relation]()
        self.loose = 0
        self._relations = [
            one
            for one in model.relations(module)
            if not one.link.computed and may_wait(model, one.module, one.link)
        ]
        self._others = [one for one in self._relations if one.module is not module]

    def note(self, added: Sequence[Key]) -> None:
        """Count the links that lead to records which have just been added."""
        for one in self._others:
            self._settled[one] += count_links_to(self._session, one, added)

    def notes(self) -> Iterator[Note]:
        """What holds now, and what still leads nowhere, which `loose` counts."""
        for one in self._relations:
            facts = {"module": one.module.labels.told, "field": one.link.labels.told}
            facts["other"] = one.to.labels.told
            if self._settled[one]:
                yield Note("W331", facts_of(**facts, count=self._settled[one]))
            if (by_name := settle_by_name(self._session, one)).count:
                yield Note("W331", facts_of(kind="named", **facts, **asdict(by_name)))
            # Within the module, the rows of the file have been told by their numbers.
            if one in self._others:
                loose = loose_links(self._session, one, is_name=False)
                if told := self._told(loose):
                    yield Note("W332", facts_of(**facts, **told), is_warning=True)
            shared = loose_links(self._session, one, is_name=True)
            if told := self._told(shared):
                bearers = named(self._session, one.to, [shared.value]).get(shared.value, ())
                kind = "key" if len(bearers) == 1 else ""
                told["known"] = told_keys(bearers)
                yield Note("W337", facts_of(kind=kind, **facts, **told), is_warning=True)

    def _told(self, loose: LooseLinks) -> dict[str, object]:
        """Count links that lead nowhere; what is to be said of them, if there are any."""
        self.loose += loose.count
        if not loose.count:
            return {}
        return {"count": loose.count, "record": loose.record, "value": loose.value}
