"""What links lead to: the record of the key that a cell holds, else the records of that title."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from engine.exchange.rows import Key, Written
from engine.model.entities import FieldType, Module
from engine.records.bearers import MOST_BEARERS, bearers
from engine.records.session import Session

Leads = Mapping[Written, tuple[Key, ...]]
"""The key of one record for each cell, no key, or those of several that bear the name."""


def existing(session: Session, module: Module, keys: Iterable[Key]) -> set[Key]:
    """Those of the keys that the module has records of."""
    asked = list(keys)
    return set(_as_keys(module, session.existing_keys(module, asked))) if asked else set()


def named(session: Session, module: Module, names: Collection[str]) -> dict[str, tuple[Key, ...]]:
    """The records that bear each of some names."""
    return {name: _as_keys(module, keys) for name, keys in bearers(session, module, names).items()}


def leads(session: Session, module: Module, cells: Collection[Written]) -> Leads:
    """The records of a module that some cells mean; a key goes before a name."""
    present = existing(session, module, {one.key for one in cells if one.key is not None})
    found = named(session, module, {one.text for one in cells if one.key not in present})
    return {
        one: (one.key,) if one.key is not None and one.key in present else found.get(one.text, ())
        for one in cells
    }


def told_keys(keys: Sequence[Key]) -> str:
    """Some keys as a fact; of many, that there are more."""
    shown = [str(one) for one in keys[: MOST_BEARERS - 1]]
    return "、".join([*shown, *(["…"] if len(keys) > len(shown) else [])])


def _as_keys(module: Module, found: Iterable[str | int]) -> tuple[Key, ...]:
    """Keys as rows hold them: a company's own column may hold numbers where the model says text."""
    return tuple(found if module.record_key.type is FieldType.NUMBER else map(str, found))
