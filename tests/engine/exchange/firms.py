"""Customers, staff and accounts to import and export, and what is to be seen of them afterwards."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.exchange import ImportReport, export_module
from engine.files.model import read_model
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.entities import Model
from engine.model.moments import Clock
from engine.model.operands import FieldValue, RecordKey
from engine.model.values import Value
from engine.records.session import Session

WORKFLOWS = Path(__file__).parents[3] / "workflows"
ZONE = ZoneInfo("Asia/Shanghai")
CLOCK = Clock(datetime(2026, 4, 1, 1, tzinfo=UTC), ZONE)

MODEL = """
modules:
  people:
    label: {zh: 员工, en: Staff}
    fields:
      name: {label: {zh: 姓名, en: Name}, type: text, required: true}
      boss: {label: {zh: 上级, en: Boss}, type: link, to: people}
  firms:
    label: {zh: 客户, en: Customer}
    tags: [高潜, 低价值, -待定]
    fields:
      name: {label: {zh: 客户名称, en: Customer name}, type: text}
      tier: {label: {zh: 客户层级, en: Tier}, also: [客户等级], type: choice, options: [A, B, C]}
      silent:
        label: 沉默状态
        type: choice
        options: [正常跟进, 已沉默]
        also_options: {正常: 正常跟进}
        default: 正常跟进
      count: {label: {zh: 次数, en: Count}, type: number}
      amount: {label: {zh: 金额, en: Amount}, type: money}
      share: {label: {zh: 占比, en: Share}, type: percent}
      length: {label: {zh: 账期, en: Terms}, type: length}
      day: {label: {zh: 建档日期, en: Created}, type: date}
      moment: {label: {zh: 最近登录, en: Last login}, type: datetime}
      keep: {label: {zh: 是否继续维护, en: Keep}, type: yes_no}
      email: {label: {zh: 邮箱, en: Email}, type: email}
      phone: {label: {zh: 电话, en: Phone}, type: phone}
      owner: {label: {zh: 负责人, en: Owner}, type: link, to: people}
      shown: {label: {zh: 显示名, en: Shown}, type: text, computed: {first_of: [客户名称, 电话]}}
  accounts:
    label: {zh: 账户, en: Account}
    key: 账号
    table: crm_account
    columns:
      {no: acc_no, name: acc_name, level: cust_level, on: is_on, sum: turnover, parent: parent_no, tags: mark}
    tags: [a, b]
    fields:
      no: {label: 账号, type: number}
      name: {label: 名称, type: text}
      level: {label: 等级, type: choice, options: [A, B], also_options: {'1': A, '2': B}}
      on: {label: 启用, type: yes_no}
      sum: {label: 成交额, type: money}
      parent: {label: 上级账户, type: link, to: accounts}
"""


def model_of(text: str) -> Model:
    problems = Problems()
    model = read_model(load_document(text, "model.yaml", problems), problems)
    assert not problems.found
    return model


MODEL_READ = model_of(MODEL)
FIRMS, PEOPLE, ACCOUNTS = (MODEL_READ.modules[key] for key in ("firms", "people", "accounts"))


def stored(session: Session, *keys: str, module=FIRMS) -> list[tuple[Value, ...]]:
    operands = [FieldValue(module.fields[key], module) for key in keys]
    return list(session.read_all(module, [RecordKey(module), *operands]))


def exported(session: Session, module=FIRMS, language="zh") -> str:
    text = io.StringIO(newline="")
    export_module(session, module, {}, text, language=language)
    return text.getvalue()


def told(report: ImportReport) -> list[tuple[int, str, str, str]]:
    return [(one.row, one.column, one.value, one.code) for one in report.refused]
