"""What the two whole nights share: actions carried out one after the other, and the journal of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from benchmarks.peers.people import People
from benchmarks.peers.rules import NUMBER, Action, Letter, Notice, Task, Update, Workflow, advised, day

AT = "2026-03-31T17:00:00Z"
NOT_REACHED = json.dumps({"reason": "W602"})


class Writer(Protocol):
    """How a peer keeps what is done; `c` is a customer as the peer has it."""

    def read(self, c: Any, field: str) -> Any:
        """A field of the customer."""

    def change(self, c: Any, values: Mapping[str, Any]) -> None:
        """New values."""

    def add(self, table: str, values: Mapping[str, Any]) -> None:
        """A row of tasks, enrollments, journal, outbox or runs."""


class Desk:
    """Carries out the actions of one workflow for one customer after the other."""

    def __init__(
        self, writer: Writer, people: People, texts: Mapping[str, Callable[..., str]], *, run: int, base: int
    ) -> None:
        self.writer, self.people, self.texts, self.run = writer, people, texts, run
        self.enrollment = base
        self.effects: Counter[str] = Counter()

    def start(self, workflow: Workflow, c: Any, once_key: str, this_year: int) -> None:
        """Enroll the customer and do everything."""
        self.enrollment += 1
        key, owner = self.writer.read(c, "id"), self.writer.read(c, "owner")
        enrolled = {"workflow": workflow.id, "record": key, "once_key": once_key, "run": self.run}
        enrolled |= {"id": self.enrollment, "started_on": day(0), "state": "done", "episode_open": 0}
        enrolled |= {"version": "peer", "started_at": AT, "ended_at": AT}
        self.writer.add("wakeline_enrollments", enrolled)
        known = {"c": c, "owner": self.people.name(owner), "this_year": this_year}
        for number, action in enumerate(workflow.actions):
            self._do(action, f"actions/{number}", c, known)

    def end(self, workflow: Workflow, checked: int, started: int) -> None:
        """The row of the run."""
        told = {"id": self.run, "workflow": workflow.id, "version": "peer", "state": "done", "at": AT}
        told |= {"on_day": day(0), "checked": checked, "matched": started, "started": started}
        self.writer.add("wakeline_runs", told | {"effects": json.dumps(self.effects)})

    def _do(self, action: Action, path: str, c: Any, known: Mapping[str, Any]) -> None:
        match action:
            case Update():
                self._update(action, path, c, known)
            case Task():
                self._task(action, path, c, known)
            case Notice():
                self._notice(action, path, c, known)
            case Letter():
                self._letter(action, path, c, known)

    def _update(self, action: Update, path: str, c: Any, known: Mapping[str, Any]) -> None:
        read = self.writer.read
        values = dict(action.values)
        if action.counted:
            values[action.counted] = (read(c, action.counted) or 0) + NUMBER
        if action.advised:
            values[action.advised] = advised(known["this_year"])
        changes = {field: [read(c, field), value] for field, value in values.items()}
        self._note(path, "update", {"module": "customers", "changes": changes})
        self.writer.change(c, values)

    def _task(self, action: Task, path: str, c: Any, known: Mapping[str, Any]) -> None:
        key = f"W{self.enrollment}-1"
        task = {"id": key, "customer": self.writer.read(c, "id"), "type": action.type, "status": "待办"}
        task |= {"assignee": self._to(action.to, c), "due": day(-action.days), "priority": "高"}
        task |= {"subject": self.texts[action.subject](known), "text": self.texts[action.text](known)}
        self.writer.add("tasks", task)
        self._note(path, "create", {"module": "tasks", "id": key})

    def _notice(self, action: Notice, path: str, c: Any, known: Mapping[str, Any]) -> None:
        letter = {"kind": "notice", "channel": "inbox", "recipient": self._to(action.to, c)}
        self._post(path, c, letter | {"body": self.texts[action.text](known)})

    def _letter(self, action: Letter, path: str, c: Any, known: Mapping[str, Any]) -> None:
        email = self.writer.read(c, "email")
        if email is None or self.writer.read(c, "email_ok") != 1:
            self._note(path, "skipped", {"reason": "W602"})
            self._notice(action.otherwise, f"{path}/otherwise/0", c, known)
            return
        letter = {"kind": "message", "channel": "email", "recipient": email, "template": action.template}
        letter |= {"module": "customers", "addressee": self.writer.read(c, "id")}
        letter |= {"subject": self.texts[f"{action.template} subject"](known)}
        self._post(path, c, letter | {"body": self.texts[action.template](known)})

    def _post(self, path: str, c: Any, letter: Mapping[str, Any]) -> None:
        row = {"enrollment": self.enrollment, "path": path, "run": self.run, "state": "waiting", "urgent": 0}
        self.writer.add("wakeline_outbox", {**row, **letter, "record": self.writer.read(c, "id")})
        self._note(path, letter["kind"], None)

    def _note(self, path: str, kind: str, details: Mapping[str, Any] | None) -> None:
        self.effects[kind] += 1
        row = {"enrollment": self.enrollment, "path": path, "kind": kind, "run": self.run}
        row["details"] = None if details is None else json.dumps(details, ensure_ascii=False)
        self.writer.add("wakeline_journal", row)

    def _to(self, to: str, c: Any) -> str:
        return self.people.present(self.writer.read(c, "owner"), to)
