"""first-touch and key-accounts: no order for long, so a task, a mail or a word to the supervisor."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.hand.dialects import Dialect, Noted
from benchmarks.hand.job import (
    COLLEAGUES,
    LEAD,
    NORMAL,
    ONE_MORE_WAKE,
    OWNER,
    PERSON,
    REACHED,
    TODAY,
    Job,
    cents_of_this_year,
    changed,
    created,
    day,
    kept_day,
    mailed,
    mails,
    new_tasks,
    not_started,
    notices,
    number,
    told,
)

_WOKEN = "once_key TEXT NOT NULL, silent TEXT, wakes BIGINT, woken TEXT, owner TEXT, name TEXT, cents BIGINT"
_WAKE = """
UPDATE customers SET silent = '即将沉默', wake_count = coalesce(hits.wakes, 0) + 10000, woken = :today
FROM hits WHERE hits.id = customers.id
"""


def _waking(dialect: Dialect) -> Noted:
    changes = changed(
        silent=(dialect.quoted("silent"), '"即将沉默"'),
        wake_count=(number("wakes"), ONE_MORE_WAKE),
        woken=(kept_day("woken"), TODAY),
    )
    return Noted("actions/0", "update", changes)


def _scan_first(dialect: Dialect) -> str:  # noqa: ARG001 - the same for both
    return f"""
    INSERT INTO hits (id, once_key, silent, wakes, woken, owner, name, cents, reached, tier, region, day,
      contact, email, industry, person)
    SELECT customers.id, last_order, silent, wake_count, woken, {OWNER}, customers.name,
      {cents_of_this_year()}, {REACHED}, tier, region, {day("last_order")}, contact, customers.email,
      industry, {PERSON}
    FROM customers {COLLEAGUES}
    WHERE {NORMAL} AND tier IN ('B', 'C') AND last_order <= :ago_90 AND {not_started("last_order")}
    ORDER BY customers.id
    """


def _write_first(dialect: Dialect) -> Sequence[str]:
    by_phone = "actions/2/otherwise/0"
    return (
        *dialect.journal(
            [
                _waking(dialect),
                created("actions/1"),
                *mailed("actions/2"),
                told(by_phone, where="reached = 0"),
            ]
        ),
        _WAKE,
        new_tasks(
            subject="'唤醒回访：' || name",
            kind="沉默唤醒-首触",
            assignee="owner",
            due=":in_3",
            text=f"""
              name || '（' || tier || ' 类，' || coalesce(region, '未填区域') || '）自 ' || day
              || ' 起未下单，本年成交 ' || {dialect.money("cents")} || '。先问近况，再约下一步。'
            """,
        ),
        mails("actions/2", template="首触问候", subject="name || '，近来可好？'", text=_FIRST_LETTER),
        notices(
            by_phone,
            to="owner",
            text="name || ' 没有可用的邮箱或未同意收信，请打电话。'",
            where="reached = 0",
        ),
    )


_FIRST_LETTER = """
coalesce(contact, '您') || '好：

距离我们上次合作（' || day || '）已有一段时间，近来一切可好？您在项目上有什么新的安排，我们很想听一听。\
今年的产品目录和交货周期都有更新，需要的话回复一个“要”字，当天寄给您。
' || CASE WHEN industry IS NOT NULL THEN '我们整理了' || industry || '同行最近关心的几件事，想听听您的看法。
' ELSE '' END || '如果方便，' || coalesce(person, '我们') || '会在这几天与您联系，约一个十分钟的电话，\
不谈价格，只问近况。

祝工作顺利
（不想再收到此类邮件，回复“退订”即可。）
'
"""

FIRST_TOUCH = Job(
    workflow="first-touch",
    columns=f"{_WOKEN}, reached INTEGER, tier TEXT, region TEXT, day TEXT, contact TEXT, email TEXT, "
    "industry TEXT, person TEXT",
    scan=_scan_first,
    counts='count(*) AS "update", count(*) AS "create", coalesce(sum(reached), 0) AS message, '
    "coalesce(sum(1 - reached), 0) AS skipped, coalesce(sum(1 - reached), 0) AS notice",
    writes=_write_first,
)


def _scan_key(dialect: Dialect) -> str:  # noqa: ARG001 - as above
    return f"""
    INSERT INTO hits (id, once_key, silent, wakes, woken, owner, name, cents, lead, person)
    SELECT customers.id, coalesce(last_order, ''), silent, wake_count, woken, {OWNER}, customers.name,
      {cents_of_this_year()}, {LEAD}, coalesce({PERSON}, '未指定')
    FROM customers {COLLEAGUES}
    WHERE {NORMAL} AND tier = 'A'
      AND NOT EXISTS (
        SELECT 1 FROM orders WHERE customer = customers.id AND date BETWEEN :ago_59 AND :today)
      AND {not_started("coalesce(last_order, '')")}
    ORDER BY customers.id
    """


def _write_key(dialect: Dialect) -> Sequence[str]:
    return (
        *dialect.journal([_waking(dialect), created("actions/1"), told("actions/2")]),
        _WAKE,
        new_tasks(
            subject="'大客户回访：' || name",
            kind="沉默唤醒-大客户",
            assignee="owner",
            due=":in_1",
            text=f"""
              'A 类客户 ' || name || ' 60 天没有订单，本年成交 ' || {dialect.money("cents")} || '，请上门。'
            """,
        ),
        notices(
            "actions/2",
            to="lead",
            text="'A 类客户 ' || name || ' 60 天没有订单，负责人 ' || person || '。'",
        ),
    )


KEY_ACCOUNTS = Job(
    workflow="key-accounts",
    columns=f"{_WOKEN}, lead TEXT, person TEXT",
    scan=_scan_key,
    counts='count(*) AS "update", count(*) AS "create", count(*) AS notice',
    writes=_write_key,
)
