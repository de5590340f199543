"""Sealing: a plan has a fingerprint, and a list of digests, so that exactly this plan can be run later.

The list lies in a file of the workspace's own folder, never in the store: a dry run writes nothing there.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from engine.pipeline import Prepared

_KEPT = 50
"""So many plans are kept; the oldest go first."""
_BEHIND_SEQ = itemgetter(slice(1, None))
_DIGITS = 16
_SHOWN = 1_000


def plans_in(workspace: Path) -> Path:
    """Where the plans of a workspace are kept."""
    return workspace / ".wakeline" / "plans"


def kept_plans(workspace: Path) -> list[str]:
    """The fingerprints of the plans that are kept."""
    with suppress(OSError):
        return [one.name for one in plans_in(workspace).iterdir() if one.name.isalnum()]
    return []


class PlanFile:
    """A plan as it is written down; the fingerprint is its name, once it is known."""

    def __init__(self, folder: Path, head: Mapping[str, str]) -> None:
        self._folder, self._packer, self.is_kept = folder, zlib.compressobj(), False
        self._pieces = [self._packer.compress(json.dumps(head, ensure_ascii=False).encode() + b"\n")]

    def note(self, section: str, lines: Iterable[tuple[Any, str]]) -> None:
        """Records of a section with the digests of what would happen to them."""
        told = iter(lines)
        while page := "".join(
            json.dumps((section, str(key), digest), ensure_ascii=False) + "\n"
            for key, digest in islice(told, _SHOWN)
        ):
            self._pieces.append(self._packer.compress(page.encode()))

    def close(self, fingerprint: str) -> None:
        """Under its name, beside the newest others; where the folder takes no file nothing is kept."""
        self.is_kept = False
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            written = self._folder / f".{secrets.token_hex(8)}"
            written.write_bytes(b"".join((*self._pieces, self._packer.flush())))
            written.replace(self._folder / fingerprint)
            self.is_kept = True
            known = sorted(self._folder.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
            for old in known[_KEPT:]:
                old.unlink()


@dataclass(frozen=True)
class Drift:
    """How what would be done now differs from a plan: by the keys of the records, some of each."""

    added: tuple[str, ...]
    dropped: tuple[str, ...]
    changed: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines; at most a thousand of each."""
        told = {"added": self.added, "dropped": self.dropped, "changed": self.changed}
        return {name: list(keys[:_SHOWN]) for name, keys in told.items()}

    @property
    def counts(self) -> dict[str, str]:
        """How many, for people."""
        told = {"added": self.added, "dropped": self.dropped, "changed": self.changed}
        return {name: str(len(keys)) for name, keys in told.items()}


@dataclass(frozen=True)
class ApprovedPlan:
    """A plan that somebody approves; `sections` hold digests by record, of starts and of what waits."""

    fingerprint: str
    workflow: str
    version: str
    at: datetime
    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def drift(self, parts: Iterable[Prepared]) -> Drift | None:
        """How what is prepared differs from the plan; None where it is the same."""
        added, dropped, changed = list[str](), list[str](), list[str]()
        for one in parts:
            now = {str(key): digest for key, digest in digests(one)}
            then = self.sections.get(section_of(one), {})
            added += [key for key in now if key not in then]
            dropped += [key for key in then if key not in now]
            changed += [key for key, digest in now.items() if key in then and then[key] != digest]
        if not (added or dropped or changed):
            return None
        return Drift(tuple(added), tuple(dropped), tuple(changed))


def read_plan(workspace: Path, fingerprint: str) -> ApprovedPlan | None:
    """A plan that was kept; None where there is none of that name, or it cannot be read."""
    if not fingerprint.isalnum():
        return None
    try:
        text = zlib.decompress((plans_in(workspace) / fingerprint).read_bytes()).decode()
        head, *lines = text.rstrip("\n").split("\n")
        told = json.loads(head)
    except (OSError, ValueError, zlib.error):
        return None
    sections: dict[str, dict[str, str]] = {}
    for line in lines:
        section, key, digest = json.loads(line)
        sections.setdefault(section, {})[key] = digest
    at = datetime.fromisoformat(told["at"])
    return ApprovedPlan(fingerprint, told["workflow"], told["version"], at, sections)


def section_of(prepared: Prepared) -> str:
    """The part of a plan: starts, or what waits at a step of a version."""
    if not prepared.matched.goes_on:
        return prepared.workflow.version
    return f"{prepared.workflow.version}:{prepared.matched.path}"


def digests(prepared: Prepared) -> Iterator[tuple[Any, str]]:
    """The key of every record with a digest of all that is done for it."""
    constants = repr(prepared.reader.constants())
    related: dict[int, list[str]] = {}
    for row in prepared.matched.all_related():
        related.setdefault(row[0], []).append(repr(_BEHIND_SEQ(row)))
    position = prepared.matched.positions()["id"]
    for row in prepared.matched.all_rows():
        told = "".join((constants, repr(_BEHIND_SEQ(row)), *related.get(row[0], ())))
        yield row[position], sha256(told.encode()).hexdigest()[:_DIGITS]
