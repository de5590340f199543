# ruff: noqa: E501 - statements and texts are easier to read unbroken
"""The same night as good SQL by hand: one scan a workflow into a temporary table, then a statement a table.

It writes what the engine writes, row for row: texts by concatenation, ids by the same rule, the same ledger.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from benchmarks.data import NIGHT

_TODAY = NIGHT.date()


def _ago(days: int) -> str:
    return (_TODAY - timedelta(days=days)).isoformat()


MOMENTS: Mapping[str, str] = {
    "today": _TODAY.isoformat(),
    "at": "2026-03-31T17:00:00Z",
    "year_start": date(_TODAY.year - 1, _TODAY.month, _TODAY.day + 1).isoformat(),
    "ago_29": _ago(29),
    "ago_30": _ago(30),
    "ago_59": _ago(59),
    "ago_89": _ago(89),
    "ago_90": _ago(90),
    "ago_180": _ago(180),
    "in_3": _ago(-3),
    "in_5": _ago(-5),
}


@dataclass(frozen=True)
class Night:
    """One workflow: its scan, what is counted, and its writes; `:base + seq` is the enrollment of a hit."""

    workflow: str
    columns: str
    select: str
    counts: str
    writes: tuple[str, ...]


def run_by_hand(connection: Any) -> None:
    """Carry out the night on a connection of the driver; one transaction a workflow."""
    connection.execute(_COLLEAGUES)
    for night in (TIER, LAST_TOUCH, FIRST_TOUCH):
        connection.execute("BEGIN IMMEDIATE")
        _run(connection, night)
        connection.execute("COMMIT")


def _run(connection: Any, night: Night) -> None:
    newest = "SELECT coalesce(max(id), 0) FROM wakeline_"
    [run], [base] = (connection.execute(newest + name).fetchone() for name in ("runs", "enrollments"))
    given = {**MOMENTS, "workflow": night.workflow, "run": run + 1, "base": base}
    connection.execute(f"CREATE TEMP TABLE hits (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, {night.columns})")
    connection.execute(night.select, given)
    [checked] = connection.execute("SELECT count(*) FROM customers").fetchone()
    counted = connection.execute(f"SELECT count(*) AS hits, {night.counts} FROM hits")
    names = [name for name, *_ in counted.description]
    hits, *counts = counted.fetchone()
    effects = {name: count for name, count in zip(names[1:], counts, strict=True) if count}
    given |= {"checked": checked, "hits": hits, "effects": json.dumps(effects)}
    for statement in (_NOTE_RUN, _ENROLL, *night.writes):
        connection.execute(statement, given)
    connection.execute("DROP TABLE hits")


_COLLEAGUES = """
CREATE TEMP TABLE colleagues AS
WITH RECURSIVE up(id, steps, who) AS (
  SELECT id, 0, id FROM staff
  UNION ALL
  SELECT up.id, steps + 1, supervisor FROM up JOIN staff ON staff.id = who WHERE steps < 4 AND supervisor IS NOT NULL
), here AS MATERIALIZED (
  SELECT up.id, steps, who FROM up JOIN staff ON staff.id = who WHERE active IS NOT 0
)
SELECT staff.id, name, coalesce(owner.who, 'S001') AS owner, coalesce(lead.who, 'S001') AS lead
FROM staff
LEFT JOIN (SELECT id, who, min(steps) FROM here GROUP BY id) AS owner ON owner.id = staff.id
LEFT JOIN (SELECT id, who, min(steps) FROM here WHERE steps > 0 GROUP BY id) AS lead ON lead.id = staff.id
"""
# Once a night: who stands in for a colleague and for the one above, as some have left. A bare `who` beside
# min(steps) is that of the fewest steps.

_NOTE_RUN = """
INSERT INTO wakeline_runs (id, workflow, version, state, at, on_day, checked, matched, started, effects)
VALUES (:run, :workflow, 'hand', 'done', :at, :today, :checked, :hits, :hits, :effects)
"""

_ENROLL = """
INSERT INTO wakeline_enrollments
  (id, workflow, record, once_key, run, started_on, state, episode_open, version, started_at, ended_at)
SELECT :base + seq, :workflow, id, once_key, :run, :today, 'done', 0, 'hand', :at, :at FROM hits
"""


def _day(column: str) -> str:
    """The day as Chinese text: 2026年3月1日."""
    year, month, day = (f"substr({column}, {start}, {length})" for start, length in ((1, 4), (6, 2), (9, 2)))
    return f"{year} || '年' || ltrim({month}, '0') || '月' || ltrim({day}, '0') || '日'"


def _money(cents: str) -> str:
    """Cents as text: -¥1,234.50."""
    return f"""CASE WHEN {cents} < 0 THEN '-' ELSE '' END || printf('¥%,d.%02d', abs({cents}) / 100, abs({cents}) % 100)"""


# --- tier-by-amount -------------------------------------------------------------------------------

TIER = Night(
    "tier-by-amount",
    "once_key TEXT NOT NULL, before TEXT, after TEXT",
    """
    INSERT INTO hits (id, once_key, before, after)
    SELECT id, 'day:' || :today, tier, advice FROM (
      SELECT id, tier, CASE WHEN strategic = 1 THEN 'A' ELSE (
        SELECT CASE WHEN sum(amount) >= 1000000000 THEN 'A' WHEN sum(amount) >= 300000000 THEN 'B' ELSE 'C' END
        FROM orders WHERE orders.customer = customers.id AND date BETWEEN :year_start AND :today
      ) END AS advice
      FROM customers WHERE state = '正常' ORDER BY id LIMIT -1
    ) AS advised
    WHERE tier IS NOT advice AND NOT EXISTS (
      SELECT 1 FROM wakeline_enrollments
      WHERE workflow = :workflow AND record = advised.id AND once_key = 'day:' || :today)
    """,
    'count(*) AS "update"',
    (
        """
        INSERT INTO wakeline_journal (enrollment, path, kind, run, details)
        SELECT :base + seq, 'actions/0', 'update', :run, json_object(
          'module', 'customers', 'changes', json_object('tier', json_array(before, after)))
        FROM hits
        """,
        "UPDATE customers SET tier = hits.after FROM hits WHERE hits.id = customers.id",
    ),
)

# --- silent-last-touch ----------------------------------------------------------------------------

_HIT_COLUMNS = """
once_key TEXT NOT NULL, reached INTEGER NOT NULL, silent TEXT, wakes INTEGER, woken TEXT, owner TEXT, lead TEXT, name TEXT,
person TEXT, contact TEXT, email TEXT, day TEXT
"""

LAST_TOUCH = Night(
    "silent-last-touch",
    f"{_HIT_COLUMNS}, tags TEXT, tagged TEXT",
    f"""
    INSERT INTO hits (id, once_key, reached, silent, wakes, woken, owner, lead, name, person, contact, email, tags, day, tagged)
    SELECT found.id, latest, found.email IS NOT NULL AND email_ok IS 1, silent, wake_count, woken, coalesce(colleagues.owner, 'S001'),
      coalesce(lead, 'S001'), found.name, colleagues.name, contact, found.email, tags, {_day("latest")},
      CASE WHEN wake_count >= 20000 THEN coalesce(replace(tags, '|低价值|', '|'), '|') || '低价值|' ELSE tags END
    FROM (
      SELECT *, (SELECT max(date) FROM orders WHERE orders.customer = customers.id) AS latest
      FROM customers
      WHERE state = '正常' AND tier = 'C' AND silent IN ('正常跟进', '即将沉默') AND keep IS NOT 0
        AND NOT EXISTS (SELECT 1 FROM followups WHERE customer = customers.id AND date BETWEEN :ago_89 AND :today)
      ORDER BY id LIMIT -1
    ) AS found LEFT JOIN colleagues ON colleagues.id = found.owner
    WHERE latest <= :ago_180 AND NOT EXISTS (
      SELECT 1 FROM wakeline_enrollments WHERE workflow = :workflow AND record = found.id AND once_key = latest)
    """,
    """
    count(*) + coalesce(sum(tagged IS NOT tags), 0) AS "update", count(*) AS "create", sum(reached) AS message,
    sum(NOT reached) AS skipped, count(*) AS notice
    """,
    (
        """
        WITH steps(path) AS (VALUES ('actions/0'), ('actions/1'), ('actions/2'), ('actions/3'), ('actions/4/then/0'))
        INSERT INTO wakeline_journal (enrollment, path, kind, run, details)
        SELECT :base + seq, path,
          CASE path WHEN 'actions/1' THEN 'create' WHEN 'actions/3' THEN 'notice'
            WHEN 'actions/2' THEN CASE WHEN reached THEN 'message' ELSE 'skipped' END ELSE 'update' END,
          :run,
          CASE path
            WHEN 'actions/0' THEN json_object('module', 'customers', 'changes', json_object(
              'silent', json_array(silent, '已沉默'), 'wake_count', json_array(wakes, coalesce(wakes, 0) + 10000),
              'woken', json_array(woken, :today)))
            WHEN 'actions/1' THEN json_object('module', 'tasks', 'id', 'W' || (:base + seq) || '-1')
            WHEN 'actions/2' THEN CASE WHEN NOT reached THEN json_object('reason', 'W602') END
            WHEN 'actions/4/then/0' THEN json_object(
              'module', 'customers', 'changes', json_object('tags', json_array(tags, tagged)))
          END
        FROM hits CROSS JOIN steps
        WHERE path <> 'actions/4/then/0' OR tagged IS NOT tags
        """,
        """
        UPDATE customers SET silent = '已沉默', wake_count = coalesce(hits.wakes, 0) + 10000, woken = :today,
          tags = hits.tagged
        FROM hits WHERE hits.id = customers.id
        """,
        """
        INSERT INTO tasks (id, status, customer, subject, type, assignee, due, priority, text)
        SELECT 'W' || (:base + seq) || '-1', '待办', id, '最后一次挽回：' || name, '沉默唤醒-最后挽回', owner, :in_5, '中',
          name || ' 自 ' || day || ' 起未下单' || CASE WHEN wakes >= 20000
            THEN '，这是第 ' || (wakes / 10000 + 1) || ' 次唤醒。' || char(10)
            || '请主管或同事换个人打这个电话；问清是不是还有需要，没有就与主管商量不再维护。' || char(10)
            ELSE '。' || char(10)
            || '打一个电话：问清是没有需要、换了供应商，还是对我们有意见；无论结果如何，写进跟进记录。' || char(10)
            || '没有回应的，与主管商量是否继续维护。' || char(10) END
        FROM hits
        """,
        """
        INSERT INTO wakeline_outbox
          (enrollment, path, run, kind, record, channel, recipient, template, subject, body, urgent, state)
        SELECT :base + seq, 'actions/2', :run, 'message', id, 'email', email, '180 天最后挽回',
          name || '，我们还要保持联系吗？',
          coalesce(contact, '您') || '好：' || char(10) || char(10)
          || '自 ' || day || ' 之后，我们一直没有机会再为您服务。' || char(10)
          || '如果暂时没有需要，我们就不再打扰；如果还愿意保持联系，回复“保持联系”即可，' || char(10)
          || coalesce(person, '我们') || '会把最近的方案和价格整理给您。' || char(10) || char(10)
          || '祝一切顺利' || char(10) || '（不想再收到此类邮件，回复“退订”即可。）',
          0, 'waiting'
        FROM hits WHERE reached
        """,
        """
        INSERT INTO wakeline_outbox (enrollment, path, run, kind, record, channel, recipient, body, urgent, state)
        SELECT :base + seq, 'actions/3', :run, 'notice', id, 'inbox', lead,
          name || ' 自 ' || day || ' 起未下单，已转为“已沉默”。请与 ' || coalesce(person, '负责人')
          || ' 商量是否继续维护。', 0, 'waiting'
        FROM hits
        """,
    ),
)

# --- silent-first-touch ---------------------------------------------------------------------------

_NEWEST_ORDERS = f"""
(
  SELECT group_concat(place || '. ' || {_day("date")} || '  ' || coalesce(category, '未填品类') || '  '
    || coalesce({_money("amount / 100")}, '未填金额') || char(10), '')
  FROM (
    SELECT date, category, amount, row_number() OVER (ORDER BY date DESC, id DESC) AS place
    FROM orders WHERE orders.customer = hits.id ORDER BY date DESC, id DESC LIMIT 3
  )
)
"""
_IS_A, _BY_PHONE = "actions/2/then/0", "actions/2/else/0/otherwise/0"

FIRST_TOUCH = Night(
    "silent-first-touch",
    f"{_HIT_COLUMNS}, tier TEXT, industry TEXT, amount TEXT",
    f"""
    INSERT INTO hits
      (id, once_key, reached, silent, wakes, woken, owner, lead, name, person, contact, email, tier, industry, day,
        amount)
    SELECT id, latest, reached, silent, wake_count, woken, coalesce(stand_in, 'S001'), coalesce(lead, 'S001'), name, person,
      contact, email, tier, industry, {_day("latest")},
      {_money("cents")}
    FROM (
      SELECT found.*, found.email IS NOT NULL AND email_ok IS 1 AS reached, colleagues.name AS person,
        colleagues.owner AS stand_in, lead, (
        SELECT coalesce(sum(amount), 0) / 100 FROM orders
        WHERE orders.customer = found.id AND date BETWEEN :year_start AND :today) AS cents
      FROM (
        SELECT id, silent, wake_count, woken, owner, name, contact, email, email_ok, tier, industry,
          (SELECT max(date) FROM orders WHERE orders.customer = customers.id) AS latest
        FROM customers
        WHERE state = '正常' AND silent = '正常跟进' AND tier IN ('A', 'B', 'C') AND keep IS NOT 0
          AND NOT EXISTS (
            SELECT 1 FROM followups WHERE customer = customers.id AND date <= :today
              AND date >= CASE tier WHEN 'A' THEN :ago_29 WHEN 'B' THEN :ago_59 ELSE :ago_89 END)
        ORDER BY id LIMIT -1
      ) AS found LEFT JOIN colleagues ON colleagues.id = found.owner
      WHERE latest <= CASE tier WHEN 'A' THEN :ago_30 ELSE :ago_90 END AND NOT EXISTS (
        SELECT 1 FROM wakeline_enrollments WHERE workflow = :workflow AND record = found.id AND once_key = latest)
      ORDER BY id LIMIT -1
    )
    """,
    """
    count(*) AS "update", count(*) AS "create", sum(tier = 'A' OR NOT reached) AS notice,
    sum(tier <> 'A' AND reached) AS message, sum(tier <> 'A' AND NOT reached) AS skipped
    """,
    (
        f"""
        WITH steps(path) AS (
          VALUES ('actions/0'), ('actions/1'), ('actions/2/else/0'), ('{_BY_PHONE}'), ('{_IS_A}'))
        INSERT INTO wakeline_journal (enrollment, path, kind, run, details)
        SELECT :base + seq, path,
          CASE path WHEN 'actions/0' THEN 'update' WHEN 'actions/1' THEN 'create'
            WHEN 'actions/2/else/0' THEN CASE WHEN reached THEN 'message' ELSE 'skipped' END ELSE 'notice' END,
          :run,
          CASE path
            WHEN 'actions/0' THEN json_object('module', 'customers', 'changes', json_object(
              'silent', json_array(silent, '即将沉默'), 'wake_count', json_array(wakes, coalesce(wakes, 0) + 10000),
              'woken', json_array(woken, :today)))
            WHEN 'actions/1' THEN json_object('module', 'tasks', 'id', 'W' || (:base + seq) || '-1')
            WHEN 'actions/2/else/0' THEN CASE WHEN NOT reached THEN json_object('reason', 'W602') END
          END
        FROM hits CROSS JOIN steps
        WHERE CASE path WHEN 'actions/0' THEN 1 WHEN 'actions/1' THEN 1 WHEN '{_IS_A}' THEN tier = 'A'
          WHEN '{_BY_PHONE}' THEN tier <> 'A' AND NOT reached ELSE tier <> 'A' END
        """,
        """
        UPDATE customers SET silent = '即将沉默', wake_count = coalesce(hits.wakes, 0) + 10000, woken = :today
        FROM hits WHERE hits.id = customers.id
        """,
        f"""
        INSERT INTO tasks (id, status, customer, subject, type, assignee, due, priority, text)
        SELECT 'W' || (:base + seq) || '-1', '待办', id, '唤醒回访：' || name, '沉默唤醒-首触', owner, :in_3, '高',
          name || '（' || tier || ' 类）上次下单是 ' || day || '，近 12 个月成交 ' || amount || '。' || char(10)
          || coalesce({_NEWEST_ORDERS}, '')
          || '先发微信问候，再打电话；不催单，先问近况，聊一件同行的新消息，约好一个明确的下一步。' || char(10)
          || '通话后请写跟进记录。' || char(10)
        FROM hits
        """,
        f"""
        INSERT INTO wakeline_outbox (enrollment, path, run, kind, record, channel, recipient, body, urgent, state)
        SELECT :base + seq, '{_IS_A}', :run, 'notice', id, 'inbox', lead,
          'A 类客户 ' || name || ' 自 ' || day || ' 起未下单，负责人 ' || coalesce(person, '未指定') || '。', 0, 'waiting'
        FROM hits WHERE tier = 'A'
        """,
        """
        INSERT INTO wakeline_outbox
          (enrollment, path, run, kind, record, channel, recipient, template, subject, body, urgent, state)
        SELECT :base + seq, 'actions/2/else/0', :run, 'message', id, 'email', email, '90 天唤醒',
          name || '，近来可好？',
          coalesce(contact, '您') || '好：' || char(10) || char(10)
          || '距离我们上次合作（' || day || '）已有一段时间，近来一切可好？' || char(10)
          || CASE WHEN industry IS NOT NULL
             THEN '我们整理了' || industry || '同行最近关心的几件事，想听听您的看法。' || char(10) ELSE '' END
          || '如果方便，' || coalesce(person, '我们') || '会在这几天与您联系，约一个十分钟的电话。' || char(10) || char(10)
          || '祝工作顺利' || char(10) || '（不想再收到此类邮件，回复“退订”即可。）',
          0, 'waiting'
        FROM hits WHERE tier <> 'A' AND reached
        """,
        f"""
        INSERT INTO wakeline_outbox (enrollment, path, run, kind, record, channel, recipient, body, urgent, state)
        SELECT :base + seq, '{_BY_PHONE}', :run, 'notice', id, 'inbox', owner,
          name || ' 没有可用的邮箱或未同意收信，请打电话。', 0, 'waiting'
        FROM hits WHERE tier <> 'A' AND NOT reached
        """,
    ),
)
