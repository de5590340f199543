"""Versions: the name of everything a workflow resolves to; a change of any of it is another version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.files import calendar
from engine.model.document import Document, Node, node_at, plain_value
from engine.model.document import Mapping as Block
from engine.shapes.reading import CALENDAR_USE, Reading

if TYPE_CHECKING:
    from engine.workspace import Workspace

SETTINGS, MODEL, TABLES, TEMPLATES = "workspace.yaml", "model.yaml", "tables.yaml", "templates"
SEGMENTS, SCORES, CALENDAR = "segments.yaml", "scores.yaml", calendar.NAME


@dataclass(frozen=True)
class Versions:
    """Names the version of a workflow: the hash of all it resolves to, layout and comments aside."""

    workspace: Workspace
    document: Document

    def name(self, reading: Reading) -> str:
        """Twelve hexadecimal digits."""
        assert self.document.root is not None
        parts: dict[str, object] = {"workflow": plain_value(self.document.root)}
        uses = self._with_origins(reading.uses)
        for kind, name in sorted(uses):
            parts[f"{kind} {name}"] = self._resolved(kind, name)
        modules = {name.split(".", 1)[0] for kind, name in uses if kind == "field"}
        for module in sorted({reading.module.key, *modules}):
            parts[f"module {module}"] = self._set_up(module, uses)
        for part in ("people", "tasks"):
            parts[part] = self._of_model(part)
        parts["settings"] = self._settings()
        text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _with_origins(self, uses: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """What is used, and what the computed fields among it are made of."""
        found, waiting = set(uses), list(uses)
        while waiting:
            more = set(self.workspace.made_of.get(waiting.pop(), ()))
            waiting += more - found
            found |= more
        return found

    def _set_up(self, module: str, uses: Collection[tuple[str, str]]) -> object:
        """A module without its fields and names: owner, happens_on, table, columns; tags where used."""
        node = node_at(self.workspace.documents[MODEL].root, f"modules/{module}")
        facts = plain_value(node) if node is not None else {}
        tags = self.workspace.model.modules[module].tags_field()
        has_tags = tags is not None and ("field", f"{module}.{tags.key}") in uses
        left_out = {"fields", "label", "also", *(() if has_tags else ("tags",))}
        return {word: fact for word, fact in facts.items() if word not in left_out}

    def _resolved(self, kind: str, name: str) -> object:
        node: Node | None = None
        if kind == "table":
            node = self._entry(TABLES, name)
        elif kind == "template":
            at = self.workspace.templates[name].at.file
            node = self.workspace.documents[at].root
        elif kind == "partial" and name in self.workspace.partials:
            node = self.workspace.documents[self.workspace.partials[name].at.file].root
        elif kind == "segment":
            node = self._entry(SEGMENTS, name)
        elif kind == "role":
            node = self._role(name)
        elif (kind, name) == CALENDAR_USE:
            return self._calendar()
        elif kind == "field":
            module, _, key = name.partition(".")
            node = self._field(module, key) or self._entry(SCORES, key)
        return plain_value(node) if node is not None else None

    def _entry(self, file: str, name: str) -> Node | None:
        document = self.workspace.documents.get(file)
        return document.root.get(name) if document is not None and document.root is not None else None

    def _role(self, name: str) -> Node | None:
        settings = self.workspace.documents.get(SETTINGS)
        roles = settings.root.get("roles") if settings is not None and settings.root is not None else None
        return roles.get(name) if isinstance(roles, Block) else None

    def _calendar(self) -> object:
        """What the files say of it; what the country's holidays are is the world's, and no new version."""
        documents = self.workspace.documents
        file, settings = documents.get(CALENDAR), documents.get(SETTINGS)
        asked = settings.root.get("calendar") if settings is not None and settings.root is not None else None
        said = [file.root if file is not None else None, asked]
        return [plain_value(one) if one is not None else None for one in said]

    def _field(self, module: str, key: str) -> Node | None:
        found = self.workspace.documents[MODEL].root
        return None if found is None else node_at(found, f"modules/{module}/fields/{key}")

    def _settings(self) -> list[str]:
        """What the workspace's settings change in what a workflow does."""
        settings = self.workspace.settings
        zone, currency = str(settings.zone), settings.currency
        fallback = settings.fallback_person.text if settings.fallback_person is not None else ""
        plain = [zone, currency, settings.language, fallback, settings.notices]
        if settings.exclusions is not None:
            plain.append(json.dumps(plain_value(settings.exclusions), ensure_ascii=False))
        if settings.tasks_per_person is not None:
            plain.append(str(settings.tasks_per_person))
        return plain

    def _of_model(self, part: str) -> object:
        root = self.workspace.documents[MODEL].root
        node = root.get(part) if root else None
        return plain_value(node) if node is not None else None
