"""What other files may name: computed fields, scores and segments, each read on first use, ring-free."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

from engine.files.computed import read_computed
from engine.files.segments import SegmentFile, read_segment
from engine.model.document import Span
from engine.model.entities import Field, Module
from engine.model.operands import Operand
from engine.model.sizes import is_too_large
from engine.shapes.reading import Reading, Segment

Use = tuple[str, str]
T = TypeVar("T")


@dataclass
class Definitions:
    """Reads every definition once; a ring is a mistake that names all its members.

    `made_of` tells what each definition uses, by ("field", "module.key") and ("segment", name).
    """

    reading: Reading
    segment_files: Mapping[str, SegmentFile] = field(default_factory=dict)
    fixed: Mapping[tuple[str, str], Operand] = field(default_factory=dict)
    made_of: dict[Use, set[Use]] = field(default_factory=dict)
    _found: dict[Use, object] = field(default_factory=dict)
    _open: list[tuple[Use, str, Span]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """What is read here may itself name computed fields and segments."""
        self.reading = replace(
            self.reading, computed=_Computed(self), segments=_Segments(self), elsewhere=True,
            before_start=True, segment_names=tuple(self.segment_files),
        )  # fmt: skip

    def computed(self) -> dict[tuple[str, str], Operand]:
        """Every computed field and score that could be read, by (module key, field key)."""
        found: dict[tuple[str, str], Operand] = dict(self.fixed)
        for module in self.reading.model.modules.values():
            for one in module.fields.values():
                operand = None if one.computed is None else self.operand(module, one)
                if operand is not None:
                    found[module.key, one.key] = operand
        return found

    def segments(self) -> dict[str, Segment]:
        """Every segment that could be read, by name."""
        found = {name: self.segment(name) for name in self.segment_files}
        return {name: one for name, one in found.items() if one is not None}

    def operand(self, module: Module, one: Field) -> Operand | None:
        """The operand of one computed field."""
        if (module.key, one.key) in self.fixed:
            return self.fixed[module.key, one.key]

        def read(reading: Reading) -> Operand | None:
            return read_computed(one, replace(reading, module=module))

        found = self._read(("field", f"{module.key}.{one.key}"), one.labels.zh, one.at, read)
        return cast("Operand | None", found)

    def segment(self, name: str) -> Segment | None:
        """One segment; None when there is none of that name or it is broken."""
        file = self.segment_files.get(name)
        if file is None:
            return None
        return self._read(("segment", name), name, file.at, lambda reading: read_segment(file, reading))

    def _read(self, use: Use, name: str, at: Span, read: Callable[[Reading], T | None]) -> T | None:
        if any(use == one for one, _, _ in self._open):
            self._note_ring(use, at)
            return None
        if use not in self._found:
            with self._opened(use, name, at):
                uses = self.made_of.setdefault(use, set())
                found = read(replace(self.reading, known=set(), uses=uses))
                if is_too_large(found):
                    self.reading.problems.error(at, "W512")
                    found = None
                self._found[use] = found
        return cast("T | None", self._found[use])

    @contextmanager
    def _opened(self, use: Use, name: str, at: Span) -> Iterator[None]:
        self._open.append((use, name, at))
        yield
        self._open.pop()

    def _note_ring(self, use: Use, at: Span) -> None:
        """The members with their places, so that either end can be cut."""
        begin = next(number for number, (one, _, _) in enumerate(self._open) if one == use)
        ring = self._open[begin:]
        names = "、".join(f"{one} ({place.file}:{place.line})" for _, one, place in ring)
        self.reading.problems.error(at, "W275", kind="own" if len(ring) == 1 else "", known=names)


class _Computed(dict[tuple[str, str], Operand]):
    """What a reading sees as its computed fields while they are still being read."""

    def __init__(self, definitions: Definitions) -> None:
        super().__init__()
        self._definitions = definitions

    def get(self, key: tuple[str, str], default: Operand | None = None) -> Operand | None:  # type: ignore[override]  # looks up on first use
        module = self._definitions.reading.model.modules[key[0]]
        return self._definitions.operand(module, module.fields[key[1]]) or default


class _Segments(dict[str, Segment]):
    """What a reading sees as its segments while they are still being read."""

    def __init__(self, definitions: Definitions) -> None:
        super().__init__()
        self._definitions = definitions

    def get(self, key: str, default: Segment | None = None) -> Segment | None:  # type: ignore[override]  # looks up on first use
        return self._definitions.segment(key) or default
