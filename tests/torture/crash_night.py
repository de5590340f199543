"""A night of a small company, as a person would run it, and what its database and its customers have then.

Two hundred customers get a status, a task and a letter; others, who have waited since the night before, go
on by time or by an answer; colleagues are told of what changed. What left is told by the mail server's log.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.front import Desk
from tests.engine.mail_server import LOCAL, Mailbox, mail_server
from tests.stores import Place
from tests.torture.fork_server import Ended, ForkServer, Order

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT, MORNING = datetime(2026, 3, 31, 1, tzinfo=ZONE), datetime(2026, 3, 31, 9, tzinfo=ZONE)
STARTED, WAITING = 200, 16
AGAIN = (5, 35, 65, 95)
"""Minutes after which a process is started anew, until all is done."""
WELL = {0, 3}
"""Exit codes of a night that came to its end: 3 where letters stay behind, such as one in doubt."""
FILES = {
    "model.yaml": """
people: {module: 员工, supervisor: 上级}
tasks: {module: 任务, record: 客户, subject: 主题, to: 负责人, due: 截止日期}
modules:
  staff:
    label: 员工
    title: 姓名
    fields:
      name: {label: 姓名, type: text, required: true}
      boss: {label: 上级, type: link, to: 员工}
  customers:
    label: 客户
    title: 客户名称
    owner: 负责人
    tags: [高潜, 决策慢]
    fields:
      name: {label: 客户名称, type: text, required: true}
      tier: {label: 客户层级, type: choice, options: [A, B, C]}
      silent: {label: 沉默状态, type: choice, options: [正常跟进, 即将沉默], default: 正常跟进}
      wakes: {label: 唤醒次数, type: number}
      owner: {label: 负责人, type: link, to: 员工}
      email: {label: 邮箱, type: email, contact: email, consent: 邮件同意}
      email_ok: {label: 邮件同意, type: yes_no}
  tasks:
    label: 任务
    title: 主题
    fields:
      customer: {label: 客户, type: link, to: 客户}
      subject: {label: 主题, type: text}
      assignee: {label: 负责人, type: link, to: 员工}
      due: {label: 截止日期, type: date}
""",
    "wake.yaml": """
id: wake
name: 唤醒
module: 客户
priority: 10
trigger: {every: day, at: "01:00"}
once_per: customer
guard: {at_most: 1000, share: 100 %}
conditions: {field: 客户层级, is: A}
actions:
  - update_field: {唤醒次数: {add: 1}, 沉默状态: 即将沉默}
  - create_task: {subject: "回访 {{ 客户名称 }}", to: owner, due: in 3 days}
  - send_template: {template: 晚信, to: customer, via: email}
""",
    "walk.yaml": """
id: walk
name: 等待
module: 客户
trigger: {when: by_hand}
once_per: customer
conditions: {field: 客户层级, is: [B, C]}
actions:
  - update_field: {唤醒次数: {add: 1}}
  - if: {field: 客户层级, is: B}
    then:
      - wait: 1 day
      - create_task: {subject: "再访 {{ 客户名称 }}", to: owner, due: in 3 days}
      - wait: 7 days
  - ask: {to: supervisor, question: "{{ 客户名称 }} 继续吗？", within: 5 days}
    answers:
      - {answer: 继续, then: [{add_tag: 高潜}]}
      - {answer: 放弃, then: [{update_field: {沉默状态: 即将沉默}}]}
    otherwise: [{add_tag: 决策慢}]
""",
    "tell.yaml": """
id: tell
name: 告知
module: 客户
trigger: {when: changed, field: 沉默状态, to: 即将沉默}
conditions: {field: 客户层级, is: A}
once_per: customer
guard: {at_most: 1000, share: 100 %}
actions:
  - notify: {to: owner, text: "{{ 客户名称 }}：{{ 沉默状态 }}"}
""",
    "templates/晚信.yaml": """
name: 晚信
class: service
versions: [{email: {subject: "{{ 客户名称 }}，近来可好？", text: "您好，{{ 客户名称 }}。"}}]
""",
}
SETTINGS = """\
language: zh
time_zone: Asia/Shanghai
publish: automatic
fallback_person: S9
guards:
  messages: {{at_most: 100000, share: 100 %}}
  updates: {{at_most: 100000, share: 100 %}}
  creates: {{at_most: 100000, share: 100 %}}
  messages_per_day: 100000
channels:
  email: {{kind: smtp, host: {host}, port: {port}, security: none, from: crm@example.cn, in_doubt: {policy}}}
  inbox: {{kind: inbox}}
"""
STAFF = [("S1", "王一", "S8"), ("S8", "主管八", None), ("S9", "总管九", None)]

Effects = Counter[tuple[Any, ...]]
"""Things that are there, each with how often."""


@dataclass(frozen=True)
class Chapter:
    """A moment, and what there is before it: to be lived through again and again. `leaves`: letters leave."""

    at: datetime
    store: Place
    files: Path
    leaves: bool


@dataclass(frozen=True)
class Letters:
    """What became of the letters: of each, the state the database has it in, how often it was tried, and by
    the mail server's own log how often it arrived, under how many numbers.
    """

    wanted: Counter[str]
    states: Mapping[str, str]
    tries: Mapping[str, int]
    arrived: Counter[str]
    numbers: Mapping[str, set[str]]


@dataclass
class Night:
    """The company, on a database of its own and with a mail server of its own.

    Its chapters: `evening`, when somebody has stopped sending, so that all but the letters is done;
    `morning`, when what waits leaves; in `whole` both happen at once.
    """

    root: Path
    store: Place
    box: Mailbox
    forks: ForkServer
    started: int
    chapters: dict[str, Chapter] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def prepared(cls, root: Path, policy: str, started: int = STARTED) -> Iterator[Night]:
        """The company on the eve; `policy` says what happens to letters in doubt."""
        box, house = Mailbox(), root / "house"
        (house / "templates").mkdir(parents=True)
        with mail_server(box) as port, ForkServer.started() as forks, Place.lasting(house) as store:
            settings = SETTINGS.format(host=LOCAL, port=port, policy=policy)
            for name, text in {**FILES, "workspace.yaml": settings}.items():
                (house / name).write_text(text, encoding="utf-8")
            found = cls(house, store, box, forks, started)
            found._live_the_eve()
            yield found

    def _live_the_eve(self) -> None:
        """By day one question is answered so, the next otherwise, some not at all. What is due tonight is
        kept as it stands then, without and with a stop of all sending.
        """
        desk = self._desk(NIGHT - timedelta(days=1))
        _bring(desk, {"B": WAITING, "C": WAITING})
        assert self.start(desk.clock.now).code == 0
        assert [one.state for _, one, _ in desk.run(["walk"])] == ["done"]
        with self.store.look() as connection:
            asked = [number for (number,) in connection.execute("SELECT id FROM wakeline_asks ORDER BY id")]
        for number in asked[::3]:
            desk.decide(number, "继续")
        for number in asked[1::3]:
            desk.decide(number, "放弃")
        _bring(desk, {"A": self.started})
        self._keep("whole", NIGHT)
        with desk.post_office() as (office, now):
            office.stop("王一", "", now)
        self._keep("evening", NIGHT, leaves=False)

    def keep_morning(self) -> None:
        """After the night, sending is to go on."""
        self.again("evening")
        self.start(NIGHT)
        with self._desk(MORNING).post_office() as (office, _):
            office.resume()
        self._keep("morning", MORNING)

    def _desk(self, at: datetime) -> Desk:
        return Desk(self.root, self.store.url, at=at)

    def _keep(self, name: str, at: datetime, *, leaves: bool = True) -> None:
        files = self.root.with_name(name)
        (self.root / ".wakeline").mkdir(exist_ok=True)
        shutil.copytree(self.root / ".wakeline", files)
        store = self.store if self.store.path else self.store.copied(name, lasting=True)
        self.chapters[name] = Chapter(at, store, files, leaves)

    def again(self, name: str) -> Chapter:
        """A chapter begins: database and files are as they were then, and no letter has come."""
        self.box.forget()
        chapter = self.chapters[name]
        shutil.rmtree(self.root / ".wakeline")
        shutil.copytree(chapter.files, self.root / ".wakeline")
        if chapter.store.path is None:
            self.store = chapter.store.copied("now", lasting=True)
        return chapter

    # --- what a process does --------------------------------------------------------------------------------

    def start(self, at: datetime, **order: Any) -> Ended:
        """`wakeline start --once`, in a process of its own."""
        where = ("--workspace", str(self.root), "--store", self.store.url, "--at", at.isoformat())
        return self.forks.run(Order(("start", "--once", "--format", "json", *where), **order))

    def recover(self, chapter: Chapter, **order: Any) -> list[Ended]:
        """Started anew, some minutes later by every clock, until nothing is left to do; how each ended."""
        found: list[Ended] = []
        for minutes in AGAIN:
            at = chapter.at + timedelta(minutes=minutes)
            found.append(self.start(at, later=60 * minutes, **order))
            if found[-1].code not in WELL or self._is_over(chapter):
                break
        return found

    def _is_over(self, chapter: Chapter) -> bool:
        """Nothing is left to be done, or to be sent."""
        runs = "SELECT id FROM wakeline_runs WHERE state IN ('due', 'running')"
        letters = "SELECT id FROM wakeline_outbox WHERE state IN ('waiting', 'sending')"
        with self.store.look() as connection:
            left = [*connection.execute(runs), *(connection.execute(letters) if chapter.leaves else ())]
        return not left

    # --- what there is then ---------------------------------------------------------------------------------

    def letters(self) -> Letters:
        """What became of them so far."""
        with self.store.look() as connection:
            rows = list(connection.execute(LETTERS))
        arrived, numbers = Counter[str](), dict[str, set[str]]()
        for one in self.box.letters:
            arrived[f"{one['To']} {one['Subject']}"] += 1
            numbers.setdefault(f"{one['To']} {one['Subject']}", set()).add(one["Message-ID"])
        return Letters(
            Counter(f"a{n}@example.com 客户a{n}，近来可好？" for n in range(self.started)),
            {f"{to} {subject}": state for to, subject, state, _ in rows},
            {f"{to} {subject}": tries for to, subject, _, tries in rows},
            arrived,
            numbers,
        )


def _bring(desk: Desk, tiers: Mapping[str, int]) -> None:
    modules = desk.workspace.model.modules
    with desk.store.write(desk.clock) as session, session.transaction():
        staff, customers = modules["staff"], modules["customers"]
        session.upsert(staff, [staff.fields["name"], staff.fields["boss"]], STAFF)
        fields = [customers.fields[one] for one in ("name", "tier", "silent", "owner", "email", "email_ok")]
        rows = [
            (f"{tier}{n:03}", f"客户{tier.lower()}{n}", tier, "正常跟进", "S1",
             f"{tier.lower()}{n}@example.com", True)
            for tier, count in tiers.items()
            for n in range(count)
        ]  # fmt: skip
        session.upsert(customers, fields, rows)


# --- what is there in the end -------------------------------------------------------------------------------

STATE = {
    "customers": "SELECT * FROM customers",
    "tasks": "SELECT customer, subject, assignee, due FROM tasks",
    "enrollments": "SELECT workflow, record, once_key, started_on, state, reason, version, path, since, until"
    " FROM wakeline_enrollments",
    "asks": "SELECT workflow, record, person, question, state, answer, until FROM wakeline_asks",
    "events": "SELECT workflow, record, kind, state, reason, depth, origins FROM wakeline_events",
    "journal": "SELECT e.workflow, e.record, j.path, j.kind,"
    " CASE j.kind WHEN 'create' THEN '' ELSE j.details END"
    " FROM wakeline_journal j JOIN wakeline_enrollments e ON e.id = j.enrollment",
    "outbox": "SELECT e.workflow, o.record, o.path, o.kind, o.channel, o.recipient, o.template, o.subject,"
    " o.body FROM wakeline_outbox o JOIN wakeline_enrollments e ON e.id = o.enrollment",
    "runs": "SELECT workflow, slot, cause, state, started, woken, failed, effects FROM wakeline_runs"
    " WHERE cause <> 'wait' OR woken > 0",
    "versions": "SELECT workflow, version FROM wakeline_versions",
}
"""All that a night leaves, without numbers that only say in which order things were made."""
_CLOCK = re.compile(r"T\d\d:\d\d:\d\d(\.\d+)?Z$")
LETTERS = "SELECT recipient, subject, state, tries FROM wakeline_outbox WHERE kind = 'message'"
KEYS = {
    "wakeline_enrollments": "workflow, record, once_key",
    "wakeline_journal": "enrollment, path",
    "wakeline_outbox": "enrollment, path",
}


def state(place: Place, **others: str) -> dict[str, Effects]:
    """What the database holds, in plain SQL; of instants the day, because a recovery comes later.

    `others` are questions of one's own, by name.
    """
    asked = STATE | others
    with place.look() as connection:
        found = {name: Counter(map(_daily, connection.execute(sql))) for name, sql in asked.items()}
        pages = connection.execute("SELECT person, text FROM wakeline_inbox")
        found["inbox"] = Counter((person, line) for person, text in pages for line in text.split("\n"))
        return found


def _daily(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(_CLOCK.sub("", one) if isinstance(one, str) else one for one in row)


def faults(place: Place) -> list[str]:
    """What no database of ours may be like, however it was left."""
    with place.look() as connection:
        found = []
        if place.path is not None:
            told = [text for (text,) in connection.execute("PRAGMA integrity_check")]
            found += [f"integrity_check: {one}" for one in told if one != "ok"]
        for table, key in KEYS.items():
            doubles = f"SELECT {key} FROM {table} GROUP BY {key} HAVING count(*) > 1"
            found += [f"{table} twice: {row}" for row in connection.execute(doubles)]
        return found
