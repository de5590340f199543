"""By what else the list of workflows is narrowed: a field that they use, and who has changed them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from editor.words import words_in
from engine import Desk, Published, Usage, usage_of

AUTOMATIC = "automatic"
"""Nobody: the file was there, and was taken as it is."""


@dataclass(frozen=True)
class Narrowing:
    """What an address asks for: `field` as `module.field`, `by` a name."""

    usage: Mapping[tuple[str, str], Usage]
    field: str
    by: str

    @classmethod
    def of(cls, desk: Desk, asked: Mapping[str, str]) -> Narrowing:
        """As the address says."""
        usage = usage_of(desk.workspace, desk.clock)
        return cls(usage, asked.get("field", ""), asked.get("by", ""))

    def wants(self, workflow: str, changed: Published | None) -> bool:
        """Whether a workflow uses the field, and was changed by them."""
        module, _, name = self.field.partition(".")
        used = self.usage.get((module, name), Usage())
        is_using = not self.field or workflow in {*used.read, *used.through, *used.written}
        return is_using and (not self.by or (changed is not None and changed.by == self.by))

    def fields(self, desk: Desk, language: str) -> list[tuple[str, str]]:
        """The fields that any workflow uses, by what people call them."""
        modules, say = desk.workspace.model.modules, words_in(language).say
        found = []
        for module, name in self.usage:
            label = modules[module].fields[name].labels.of(language)
            told = say("list.field_of", module=modules[module].labels.of(language), name=label)
            found.append((f"{module}.{name}", told))
        return sorted(found, key=lambda option: option[1])
