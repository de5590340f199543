"""Sees what is wrong with a table by itself, so that one which no file uses is read with the same care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.model.diagnostics import Diagnostic, Problems, Severity, nearest
from engine.model.document import Document, Span
from engine.model.entities import Module
from engine.shapes.cells import knows_field, lookup_field, read_keys
from engine.shapes.fields import resolve_field
from engine.shapes.reading import Reading, Table

_FIELDS = ("model.yaml", "scores.yaml")
"""The files in which fields stand."""


def note_tables(_: Mapping[str, Document], reading: Reading) -> None:
    """Every table: by what it is looked up, and whether its rows can be found by that."""
    if any(one.severity is Severity.ERROR and one.at.file in _FIELDS for one in reading.problems.found):
        return  # a field that seems to be missing may stand behind a mistake
    modules = reading.model.modules.values()
    for table in reading.tables.values():
        known = [{name for name in table.by if knows_field(name, one, reading)} for one in modules]
        strangers = [
            (name, at)
            for name, at in zip(table.by, table.by_at, strict=True)
            if not any(name in names for names in known)
        ]
        for name, at in strangers:
            _note_stranger(name, at, reading)
        # A table does not say what it is about: it is right when it is right for one module. Whoever
        # uses it for another is told there what does not fit.
        about = [one for one, names in zip(modules, known, strict=True) if names.issuperset(table.by)]
        told = sorted((_told(table, one, reading) for one in about), key=len)
        reading.problems.found += told[0] if told else []


def _note_stranger(name: str, at: Span, reading: Reading) -> None:
    """A name that is a field nowhere; behind a link it is clear in which module it was looked for."""
    first, modules = name.partition(".")[0], reading.model.modules.values()
    begun = next((one for one in modules if one.field(first) is not None), None)
    if begun is not None:
        resolve_field(name, at, reading.about(begun))
        return
    near = nearest(name, [known for one in modules for known in one.field_names()])
    facts = {"kind": "nowhere", "module": "", "value": name, "nearest": near, "place": ""}
    reading.problems.error(at, "W203" if near else "W204", **facts)


def _told(table: Table, module: Module, reading: Reading) -> list[Diagnostic]:
    """What is wrong with the rows of a table if it is about the records of a module."""
    own = Problems()
    pass_ = replace(reading.about(module), problems=own, uses=set())
    by = [lookup_field(name, at, pass_) for name, at in zip(table.by, table.by_at, strict=True)]
    operands = tuple(one for one in by if one is not None)
    if len(operands) == len(by):  # else the definition of a computed field is wrong, which is told there
        read_keys(table, operands, pass_)
    return own.found
