"""What a file will bring that its own rows point to: the records of some names, and those that will stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.exchange.rows import Key, Row, RowReader
from engine.exchange.targets import named
from engine.records.bearers import MOST_BEARERS
from engine.records.session import Session

_ASKED = 2_000


def names_to_come(
    session: Session, rows: RowReader, names: set[str], checked: Iterable[Row]
) -> Mapping[str, tuple[Key, ...]]:
    """Who will bear some names once a file is in, which may bring records and call others anew."""
    found: dict[str, set[Key]] = {name: set() for name in names}
    asked = sorted(names)
    for start in range(0, len(asked), _ASKED):
        some = named(session, rows.module, asked[start : start + _ASKED])
        found.update({name: set(keys) for name, keys in some.items()})
    title = rows.module.title_field
    if title is not None and title in rows.fields:
        n = rows.fields.index(title)
        before = {key: name for name, keys in found.items() for key in keys}
        for row in checked:
            if row.key is None or row.mistakes:
                continue
            name = row.values[n]
            if row.key in before and before[row.key] != name:
                found[before[row.key]].discard(row.key)
            if isinstance(name, str) and name in found and len(found[name]) < MOST_BEARERS:
                found[name].add(row.key)
    return {name: tuple(sorted(keys)) for name, keys in found.items() if keys}


def standing_keys(wanted: set[Key], checked: Iterable[Row]) -> set[Key]:
    """Those of the wanted records that a file brings; a row that points to a refused one is refused too.

    That is asked in a company's own table: what the model does not know of it may hold every link to its
    record, so that none may be written with a loose link.
    """
    brought: set[Key] = set()
    pointing: dict[Key, list[Key]] = {}
    for row in checked:
        if row.key is not None and row.key in wanted and not row.mistakes:
            brought.add(row.key)
            for target in row.ahead:
                pointing.setdefault(target, []).append(row.key)
    lost = [one for one in pointing if one not in brought]
    while lost:
        for key in pointing.get(lost.pop(), ()):
            if key in brought:
                brought.discard(key)
                lost.append(key)
    return brought
