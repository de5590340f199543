"""Sealing: what somebody is shown is kept as a list of digests, so that exactly this can be run later.

The list of a plan lies in a file of the workspace's own folder, by the plan's fingerprint: a dry run writes
nothing to the store. That of a held run lies in the ledger, where whoever approves it can be anywhere.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from engine.ledger.seals import Seals
from engine.pipeline import Prepared

_KEPT = 50
"""So many plans are kept; the oldest go first."""
_BEHIND_SEQ = itemgetter(slice(1, None))
_DIGITS = 16
_SHOWN = 1_000
_PAGE = 1_000


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
        self._pieces += map(self._packer.compress, _pages(section, lines))

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
    """How what would be done now differs from what was shown: by the keys of the records."""

    added: tuple[str, ...]
    dropped: tuple[str, ...]
    changed: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.added) + len(self.dropped) + len(self.changed)

    def as_json(self) -> dict[str, list[str]]:
        """For machines; at most a thousand of each."""
        told = {"added": self.added, "dropped": self.dropped, "changed": self.changed}
        return {name: list(keys[:_SHOWN]) for name, keys in told.items()}

    @property
    def counts(self) -> dict[str, str]:
        """How many, for people."""
        told = {"added": self.added, "dropped": self.dropped, "changed": self.changed}
        return {name: str(len(keys)) for name, keys in told.items()}


@dataclass(frozen=True)
class Sealed:
    """What somebody was shown: by section, of starts and of what waits, the digest of each record."""

    sections: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, lines: Iterable[str]) -> Sealed:
        """As it was written, a line a record."""
        sections: dict[str, dict[str, str]] = {}
        for line in lines:
            section, key, digest = json.loads(line)
            sections.setdefault(section, {})[key] = digest
        return cls(sections)

    def keep(self, seals: Seals, run: int) -> None:
        """Write it down as what a run may do."""
        pages = (page for name, then in self.sections.items() for page in _pages(name, then.items()))
        seals.keep(run, map(zlib.compress, pages))

    def only(self, belongs: Callable[[str], bool]) -> Sealed:
        """Some of its sections."""
        return Sealed({name: then for name, then in self.sections.items() if belongs(name)})

    @property
    def keys(self) -> list[str]:
        """The records, those that start and those that go on."""
        return sorted({key for then in self.sections.values() for key in then})

    def drift(self, parts: Iterable[Prepared]) -> Drift | None:
        """How what is prepared differs from it; None where it is the same."""
        added, dropped, changed, left = list[str](), list[str](), list[str](), dict(self.sections)
        for one in parts:
            now = {str(key): digest for key, digest in digests(one)}
            then = left.pop(section_of(one), {})
            added += [key for key in now if key not in then]
            dropped += [key for key in then if key not in now]
            changed += [key for key, digest in now.items() if key in then and then[key] != digest]
        dropped += [key for then in left.values() for key in then]
        found = Drift(tuple(added), tuple(dropped), tuple(changed))
        return found if len(found) else None


@dataclass(frozen=True)
class ApprovedPlan:
    """A plan that somebody approves."""

    fingerprint: str
    workflow: str
    version: str
    at: datetime
    sealed: Sealed


def read_plan(workspace: Path, fingerprint: str) -> ApprovedPlan | None:
    """A plan that was kept; None where there is none of that name, or it cannot be read."""
    if not fingerprint.isalnum():
        return None
    try:
        head, *lines = _lines((plans_in(workspace) / fingerprint).read_bytes())
        told = json.loads(head)
    except (OSError, ValueError, zlib.error):
        return None
    at = datetime.fromisoformat(told["at"])
    return ApprovedPlan(fingerprint, told["workflow"], told["version"], at, Sealed.of(lines))


def keep_shown(seals: Seals, run: int, parts: Iterable[Prepared]) -> None:
    """Write down what a run would do, so that exactly this can be approved."""
    pages = (page for one in parts for page in _pages(section_of(one), digests(one)))
    seals.keep(run, map(zlib.compress, pages))


def shown_of(seals: Seals, run: int) -> Sealed:
    """What was kept of a run."""
    return Sealed.of(line for page in seals.of(run) for line in _lines(page))


def section_of(prepared: Prepared) -> str:
    """The part of a plan: starts, or what waits at a step of a version."""
    version = prepared.workflow.version
    return waiting_sections(version) + prepared.matched.path if prepared.matched.goes_on else version


def waiting_sections(version: str) -> str:
    """How the sections of what waits on a version begin."""
    return f"{version}:"


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


def _pages(section: str, told: Iterable[tuple[Any, str]]) -> Iterator[bytes]:
    """A line a record: section, key, digest."""
    lines = (json.dumps((section, str(key), digest), ensure_ascii=False) + "\n" for key, digest in told)
    while page := "".join(islice(lines, _PAGE)):
        yield page.encode()


def _lines(packed: bytes) -> list[str]:
    return zlib.decompress(packed).decode().rstrip("\n").split("\n")
