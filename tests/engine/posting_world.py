"""A database with letters in its outbox: to restore, to copy, to send from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from engine.channels.parcel import Outcome, Parcel, Sent
from engine.deliver import deliver_messages
from engine.ledger.tables import outbox
from engine.model.moments import Clock
from engine.posting.deliveries import Deliveries
from engine.posting.instance import Instance
from engine.posting.outlets import Outlets
from engine.posting.rules import Rules
from engine.records.session import Session
from engine.records.store import Store
from engine.workspace import Workspace
from tests.engine.small import SHANGHAI, begun
from tests.stores import Place


@dataclass
class Letterbox:
    """A channel that leaves the house and keeps what it was given: the world, which is never set back."""

    is_ours: ClassVar[bool] = False
    leaves: ClassVar[bool] = True

    parcels: list[Parcel] = field(default_factory=list)

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        self.parcels += parcels
        return [Sent() for _ in parcels]

    def known(self, keys: object) -> None:
        return None

    def close(self) -> None:
        pass

    @property
    def bodies(self) -> list[str]:
        return [one.body for one in self.parcels]


@dataclass
class Post:
    """One database, one folder, one computer, and who stands outside."""

    workspace: Workspace
    folder: Path
    place: Place
    host: str = "alpha"
    outside: Letterbox = field(default_factory=Letterbox)
    guarded: bool = False
    standing: Mapping[str, str] | None = None

    @classmethod
    def made(cls, workspace: Workspace, root: Path, **more: Any) -> Post:
        """A new one."""
        return cls(workspace, root / ".wakeline", Place.make(root), **more)

    def copied(self, root: Path, host: str, *, with_folder: bool) -> Post:
        """A copy of the database on another computer, where others stand outside."""
        folder = root / ".wakeline"
        folder.mkdir(parents=True)
        if with_folder:
            for name in ("instance.json", "sent.log"):
                shutil.copy(self.folder / name, folder)
        return Post(self.workspace, folder, self.place.copied(host), host)

    @property
    def instance(self) -> Instance:
        return Instance(self.folder, self.host)

    @contextmanager
    def session(self, now: datetime) -> Iterator[Session]:
        self.folder.mkdir(parents=True, exist_ok=True)
        store = Store(self.place.url, self.workspace.model, str(SHANGHAI))
        with store.write(Clock(now, SHANGHAI)) as session:
            yield session

    def outlets(self, now: datetime) -> Outlets:
        rules = Rules(self.workspace.model, self.workspace.settings, self.workspace.templates, self.standing)
        return Outlets(
            {"email": self.outside},
            rules if self.guarded else None,
            self.instance,
            worker="w",
            machine=lambda: now,
            dice=lambda: 0.0,
        )

    def send(self, now: datetime) -> Deliveries:
        with self.session(now) as session:
            return deliver_messages(session, self.outlets(now), lambda: now)

    def put(self, now: datetime, *letters: dict[str, Any]) -> None:
        """Letters of a run of that moment."""
        base = {"path": "actions/0", "kind": "message", "channel": "email"}
        with self.session(now) as session, session.transaction():
            run = begun(session.connection, clock=session.clock)
            first = session.connection.exec_driver_sql("SELECT count(*) FROM wakeline_outbox").scalar_one()
            rows = [
                {**base, "body": f"{n}", "run": run, "enrollment": n, "record": f"C{n}", "state": "waiting"}
                for n in range(first + 1, first + len(letters) + 1)
            ]
            for row, letter in zip(rows, letters, strict=True):
                record = letter.get("record", row["record"])
                own = {"recipient": f"a-{record.lower()}@example.cn"}
                session.connection.execute(outbox.insert().values({**row, **own, **letter}))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.place.look() as connection:
            return list(connection.execute(sql))

    def states(self) -> list[str]:
        return [state for (state,) in self.rows("SELECT state FROM wakeline_outbox ORDER BY id")]
