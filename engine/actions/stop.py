"""`stop`: the enrollment ends here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping, Scalar
from engine.model.effects import Stop as StopBatch
from engine.model.kinds import Drafting, Schema
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT


@dataclass(frozen=True, slots=True)
class Stop:
    """End here for this record, with a reason."""

    name: ClassVar[str] = "stop"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = TEXT
    example: ClassVar[str] = "stop: 不再维护"

    reason: str

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """The reason."""
        reason = node.get(cls.name)
        assert isinstance(reason, Scalar)
        return cls(reason.text)

    def draft(self, path: str, drafting: Drafting) -> None:
        """Nothing more happens to these records."""
        drafting.add(StopBatch(path, drafting.gate, self.reason))
        drafting.stop()
