"""The links of rows settled to keys; what leads to no record may wait, or its row is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.exchange.file_keys import FileKeys
from engine.exchange.rows import Key, Row, RowReader, Written
from engine.exchange.targets import Leads, existing, leads, told_keys
from engine.model.entities import Field, Module
from engine.records.session import Session


class Linking:
    """Finds the records that links lead to: those that are there, and those that the file brings.

    `names` are the bearers of the names in links within the module, once the whole file is in; `standing`
    are records that the file brings, where no row may be written with a link that leads nowhere.
    """

    def __init__(self, session: Session, rows: RowReader, keys: FileKeys) -> None:
        self.names: Mapping[str, tuple[Key, ...]] = {}
        self.standing: set[Key] = set()
        self._session = session
        self._rows = rows
        self._keys = keys

    def settle(self, chunk: Sequence[Row], n: int, link: Field) -> None:
        """Put keys into the n-th field of some rows, or note why not."""
        target = self._rows.model.linked(link)
        cells = [(row, written) for row in chunk if (written := row.links.get(n)) is not None]
        found = self._leads(target, {written for _, written in cells})
        single = {keys[0] for keys in found.values() if len(keys) == 1}
        present = existing(self._session, target, single) if target is self._rows.module else single
        for row, written in cells:
            keys, cell = found[written], written.text
            if len(keys) > 1:
                known, key = told_keys(keys), target.record_key.labels.told
                self._rows.refuse_cell(row, n, "W336", value=cell, known=known, key=key)
            elif keys and keys[0] in present:
                row.values[n] = keys[0]
            elif not self._may_come(row, n, link, keys[0] if keys else written.key):
                told = {"field": link.labels.told, "module": target.labels.told}
                self._rows.refuse_cell(row, n, "W304", value=cell, **told)

    def unknown(self, cells: set[Written]) -> set[Written]:
        """Those of the cells in links within the module that hold no key, of a record or of the file."""
        asked = {one for one in cells if one.key not in self._keys}
        known = {one.key for one in asked if one.key is not None}
        present = existing(self._session, self._rows.module, known)
        return {one for one in asked if one.key not in present}

    def _leads(self, target: Module, cells: set[Written]) -> Leads:
        if target is not self._rows.module:
            return leads(self._session, target, cells)
        unknown = self.unknown(cells)
        found: dict[Written, tuple[Key, ...]] = {}
        for one in cells:
            if one.key is None or one in unknown:
                found[one] = self.names.get(one.text, ())
            else:
                found[one] = (one.key,)
        return found

    def _may_come(self, row: Row, n: int, link: Field, key: Key | None) -> bool:
        """Whether a link may lead to a record that is not there: it waits, or the file brings the record."""
        if key is None:
            return False
        if (n, link) in self._rows.waiting:
            row.is_loose = True
        elif (n, link) in self._rows.own_links and (key == row.key or key in self.standing):
            row.ahead.append(key)
        else:
            return False
        row.values[n] = key
        return True
