"""A small company for unit tests: files as texts, changed where a test asks, and a place to run them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.dryrun import is_kept_out
from engine.effect_lines import EffectLines, dumped, effect_json
from engine.ledger.agenda import Agenda
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import Node, Span
from engine.model.effects import Draft, Effect, Undone
from engine.model.entities import Field, FieldType, Labels
from engine.model.moments import Clock
from engine.model.nights import Cause
from engine.model.values import Reader, Value, to_stored
from engine.model.workflow import Workflow
from engine.pipeline import prepare
from engine.plan import plan_effects
from engine.records.session import Session
from engine.records.store import Store
from engine.workspace import Workspace, workspace_of_sources
from tests.stores import STORES

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
AT = Span("model.yaml", 1, 1, 1, 2)
NIGHT = Clock(datetime(2026, 3, 30, 17, 0, tzinfo=UTC), SHANGHAI)
"""01:00 on 31 March 2026 in Shanghai."""

MODEL = """\
people: {module: 员工, supervisor: 上级, active: 在职}
tasks: {module: 任务, record: 客户, subject: 主题, to: 负责人, due: 截止日期, text: 说明}
modules:
  staff:
    label: 员工
    fields:
      name: {label: 姓名, type: text, required: true}
      boss: {label: 上级, type: link, to: 员工}
      active: {label: 在职, type: yes_no, default: 是}
  customers:
    label: {zh: 客户, en: Customer}
    owner: 负责人
    tags: [高潜, 低价值]
    fields:
      name: {label: {zh: 客户名称, en: Name}, type: text, required: true}
      tier:
        label: {zh: 客户层级, en: Tier}
        also: [客户等级]
        type: choice
        options: [A, B, C]
        required: true
      silent: {label: 沉默状态, type: choice, options: [正常, 沉默], default: 正常}
      wakes: {label: 唤醒次数, type: number}
      limit: {label: 额度, type: money}
      signed: {label: {zh: 签约日期, en: Signed}, type: date}
      seen: {label: 最近访问, type: datetime}
      owner: {label: 负责人, type: link, to: 员工}
      deputy: {label: 协办人, type: link, to: 员工}
      email: {label: 邮箱, type: email, contact: email, consent: 邮件同意}
      email_ok: {label: 邮件同意, type: yes_no}
      phone: {label: 电话, type: phone, contact: sms}
      unused: {label: 备注, type: text}
      total: {label: 成交额, type: money, computed: {sum_of: 订单.金额}}
  orders:
    label: {zh: 订单, en: Order}
    happens_on: 下单日期
    fields:
      customer: {label: 客户, type: link, to: 客户, as: 订单}
      date: {label: {zh: 下单日期, en: Date}, type: date}
      amount: {label: {zh: 金额, en: Amount}, type: money}
      paid: {label: 付款日期, type: date}
  tasks:
    label: 任务
    fields:
      customer: {label: 客户, type: link, to: 客户}
      subject: {label: 主题, type: text}
      assignee: {label: 负责人, type: link, to: 员工}
      due: {label: 截止日期, type: date}
      text: {label: 说明, type: text}
"""
SETTINGS = """\
time_zone: Asia/Shanghai
channels: {email: {kind: file}, sms: {kind: file}}
"""
TABLES = """\
门槛:
  by: [客户层级]
  columns: {沉默: length, 额度: money}
  rows:
    - {客户层级: A, 沉默: 30 days, 额度: 100000}
    - {客户层级: B, 沉默: 90 days, 额度: 30000}
"""
TEMPLATE = """\
name: 唤醒
versions:
  - email: {subject: "{{ 客户名称 }}，近况可好？", text: "您好，{{ 客户名称 }}。"}
    sms: {text: 近况可好？}
"""
OTHER_TEMPLATE = "name: 节日\nversions: [{sms: {text: 节日快乐}}]\n"
HEAD = """\
id: wake
name: 唤醒
module: 客户
trigger: {every: day, at: "01:00"}
"""
BASE = {
    "workspace.yaml": SETTINGS,
    "model.yaml": MODEL,
    "tables.yaml": TABLES,
    "templates/wake.yaml": TEMPLATE,
    "templates/feast.yaml": OTHER_TEMPLATE,
}
ROOT = Path("nowhere")


def clock_at(text: str, zone: ZoneInfo = SHANGHAI) -> Clock:
    """The clock of a zone at a local wall time."""
    return Clock(datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC), zone)


def one_field(kind: str, **more: object) -> Field:
    """A field of a type, called 字段."""
    return Field("field", Labels("字段", "Field"), FieldType(kind), AT, **more)  # type: ignore[arg-type]  # narrower than the table's type


def node_of(text: str) -> Node:
    """The value written in a piece of YAML."""
    root = load_document(f"value: {text}", "test.yaml", Problems()).root
    assert root is not None
    return root.entries[0][1]


def changed(files: Mapping[str, str], name: str, old: str, new: str) -> dict[str, str]:
    """The files with one piece of text replaced, which must be there."""
    assert old in files[name], old
    return {**files, name: files[name].replace(old, new, 1)}


def files_with(body: str, head: str = HEAD) -> dict[str, str]:
    """The company's files and a workflow of that body."""
    return {**BASE, "wake.yaml": head + body}


def workspace_with(body: str, files: Mapping[str, str] | None = None) -> Workspace:
    """The company and one workflow without errors."""
    workspace = workspace_of_sources(ROOT, files or files_with(body))
    assert not workspace.has_errors, [one for one in workspace.diagnostics if one.severity == "error"]
    return workspace


def draft_of(actions: str, clock: Clock = NIGHT) -> Draft:
    """The draft of a workflow with these actions, one a line."""
    workspace = workspace_with(f"actions:\n{actions}")
    return plan_effects(workspace.workflows[0], workspace.model, clock)


@dataclass
class Place:
    """The company on a database in memory, with records."""

    workspace: Workspace
    store: Store

    @classmethod
    def make(cls, workspace: Workspace, records: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Place:
        place = cls(workspace, Store(STORES.url(), workspace.model, str(workspace.settings.zone)))
        place.bring(records)
        return place

    @property
    def workflow(self) -> Workflow:
        return self.workspace.workflows[0]

    @contextmanager
    def session(self, clock: Clock = NIGHT) -> Iterator[Session]:
        with self.store.write(clock) as session:
            yield session

    def bring(self, records: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        """Module -> key -> field -> text."""
        reader = Reader(SHANGHAI)
        with self.session() as session, session.transaction():
            for name, rows in records.items():
                module = self.workspace.model.module(name)
                assert module is not None
                for key, values in rows.items():
                    fields = [module.field(label) for label in values]
                    read: Sequence[Value] = [
                        reader.read(one, text)
                        for one, text in zip(fields, values.values(), strict=True)  # type: ignore[arg-type]  # narrower than the table's type
                    ]
                    session.upsert(module, fields, [(key, *read)])  # type: ignore[arg-type]  # narrower than the table's type

    def effects(self, record: str, clock: Clock = NIGHT) -> list[Effect | Undone]:
        """What would happen to one record; where it is written with others, the same is told."""
        with self.session(clock) as session:
            prepared = prepare(session, self.workspace, self.workflow)
            row = prepared.matched.find(record)
            assert row is not None, f"{record} does not match"
            found = list(prepared.reader.effects(row))
            (line,) = EffectLines(prepared.reader, is_kept_out).of([row])
            assert line in {None, dumped([effect_json(one) for one in found])}
            return found


def kept(kind: str, text: str) -> str | int | None:
    """The kept form of a text of a type."""
    return to_stored(Reader(SHANGHAI).read(one_field(kind), text))


def begun(connection: sa.Connection, workflow: str = "wake", clock: Clock = NIGHT, **more: Any) -> int:
    """A run that somebody has started and that goes on; its number. `more` are columns of it."""
    agenda = Agenda(connection)
    run = agenda.put(workflow, "v", Cause.HAND, clock)
    agenda.note(run, **{"state": "running", **more})
    return run
