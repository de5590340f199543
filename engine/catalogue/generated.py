"""The files that are generated from the vocabulary: `schemas/*.schema.json` and `docs/reference.*.md`."""

from __future__ import annotations

import json
from pathlib import Path

from engine.catalogue.reference import reference
from engine.catalogue.schemas import schemas
from engine.texts import LANGUAGES


def generated() -> dict[str, str]:
    """Every generated file: its path from the root of the checkout, and its text."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for schema in schemas(language).values():
            found[f"schemas/{schema['$id']}"] = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        found[f"docs/reference.{language}.md"] = reference(language)
    return found


def write_generated(root: Path) -> tuple[Path, ...]:
    """Write the generated files that have changed below the root of a checkout; which those were."""
    changed = []
    for name, text in generated().items():
        path = root / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    return tuple(changed)
