"""overdue and quiet: nothing has happened, so colleagues are told."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.hand.dialects import Dialect, Noted
from benchmarks.hand.job import (
    COLLEAGUES,
    LEAD,
    NORMAL,
    OWNER,
    PERSON,
    TODAY,
    Job,
    changed,
    created,
    day,
    kept_day,
    new_tasks,
    not_started,
    notices,
    told,
)


def _scan_overdue(dialect: Dialect) -> str:  # noqa: ARG001 - the same for both
    return f"""
    INSERT INTO hits (id, once_key, name, day, person, lead)
    SELECT customers.id, woken, customers.name, {day("woken")}, coalesce({PERSON}, '负责人'), {LEAD}
    FROM customers {COLLEAGUES}
    WHERE state = '正常' AND silent = '即将沉默' AND woken <= :ago_7
      AND EXISTS (SELECT 1 FROM tasks WHERE customer = customers.id AND due <= :ago_7 AND status = '待办'
        AND type IN ('沉默唤醒-首触', '沉默唤醒-大客户'))
      AND NOT EXISTS (
        SELECT 1 FROM followups WHERE customer = customers.id AND date BETWEEN :ago_6 AND :today)
      AND {not_started("woken")}
    ORDER BY customers.id
    """


def _write_overdue(dialect: Dialect) -> Sequence[str]:
    return (
        *dialect.journal([told("actions/0"), created("actions/1")]),
        new_tasks(
            subject="'督办：' || name",
            kind="督办",
            assignee="lead",
            due=":in_2",
            text="name || ' 于 ' || day || ' 唤醒，任务过期 7 天没有跟进，请与 ' || person || ' 确认。'",
        ),
        notices(
            "actions/0",
            to="lead",
            text="person || ' 自 ' || day || ' 起没有跟进 ' || name || '，唤醒任务已过期。'",
        ),
    )


OVERDUE = Job(
    workflow="overdue",
    columns="once_key TEXT NOT NULL, name TEXT, day TEXT, person TEXT, lead TEXT",
    scan=_scan_overdue,
    counts='count(*) AS notice, count(*) AS "create"',
    writes=_write_overdue,
)


def _scan_quiet(dialect: Dialect) -> str:  # noqa: ARG001 - as above
    return f"""
    INSERT INTO hits (id, once_key, woken, name, day, contact, owner)
    SELECT customers.id, coalesce(last_order, ''), woken, customers.name,
      coalesce({day("last_order")}, '建档'), coalesce(contact, '客户'), {OWNER}
    FROM customers {COLLEAGUES}
    WHERE {NORMAL}
      AND NOT EXISTS (
        SELECT 1 FROM orders WHERE customer = customers.id AND date BETWEEN :ago_59 AND :today)
      AND NOT EXISTS (
        SELECT 1 FROM followups WHERE customer = customers.id AND date BETWEEN :ago_29 AND :today)
      AND {not_started("coalesce(last_order, '')")}
    ORDER BY customers.id
    """


def _write_quiet(dialect: Dialect) -> Sequence[str]:
    update = Noted("actions/0", "update", changed(woken=(kept_day("woken"), TODAY)))
    return (
        *dialect.journal([update, told("actions/1")]),
        "UPDATE customers SET woken = :today FROM hits WHERE hits.id = customers.id",
        notices(
            "actions/1",
            to="owner",
            text="name || ' 自 ' || day || ' 起没有订单，近 30 天也没有跟进，请联系' || contact || '。'",
        ),
    )


QUIET = Job(
    workflow="quiet",
    columns="once_key TEXT NOT NULL, woken TEXT, name TEXT, day TEXT, contact TEXT, owner TEXT",
    scan=_scan_quiet,
    counts='count(*) AS "update", count(*) AS notice',
    writes=_write_quiet,
)
