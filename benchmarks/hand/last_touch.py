"""last-touch: the wake-up stayed without an order, so a last mail; then the customer counts as silent."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.hand.dialects import Dialect, Noted
from benchmarks.hand.job import (
    COLLEAGUES,
    LEAD,
    ONE_MORE_WAKE,
    OWNER,
    PERSON,
    REACHED,
    Job,
    changed,
    day,
    mailed,
    mails,
    not_started,
    notices,
    number,
    told,
)

_BY_PHONE = "actions/1/otherwise/0"


def _scan(dialect: Dialect) -> str:  # noqa: ARG001 - the same for both
    return f"""
    INSERT INTO hits
      (id, once_key, silent, wakes, owner, lead, name, reached, day, contact, email, industry, person)
    SELECT customers.id, last_order, silent, wake_count, {OWNER}, {LEAD}, customers.name, {REACHED},
      {day("last_order")}, contact, customers.email, industry, {PERSON}
    FROM customers {COLLEAGUES}
    WHERE state = '正常' AND silent = '即将沉默'
      AND last_order <= CASE tier WHEN 'A' THEN :ago_150 WHEN 'B' THEN :ago_180 WHEN 'C' THEN :ago_200 END
      AND (woken <= :ago_14 OR woken IS NULL) AND {not_started("last_order")}
    ORDER BY customers.id
    """


def _writes(dialect: Dialect) -> Sequence[str]:
    changes = changed(
        silent=(dialect.quoted("silent"), '"已沉默"'), wake_count=(number("wakes"), ONE_MORE_WAKE)
    )
    return (
        *dialect.journal(
            [
                Noted("actions/0", "update", changes),
                *mailed("actions/1"),
                told(_BY_PHONE, where="reached = 0"),
                told("actions/2"),
            ]
        ),
        """
        UPDATE customers SET silent = '已沉默', wake_count = coalesce(hits.wakes, 0) + 10000
        FROM hits WHERE hits.id = customers.id
        """,
        mails("actions/1", template="最后问候", subject="name || '，我们还要保持联系吗？'", text=_LETTER),
        notices(
            _BY_PHONE,
            to="owner",
            text="name || ' 没有可用的邮箱或未同意收信，请打电话做最后确认。'",
            where="reached = 0",
        ),
        notices(
            "actions/2",
            to="lead",
            text="""
              name || ' 自 ' || day || ' 起未下单，已转为“已沉默”，负责人 '
              || coalesce(person, '未指定') || '。'
            """,
        ),
    )


_LETTER = """
coalesce(contact, '您') || '好：

自 ' || day || ' 之后，我们一直没有机会再为您服务。
' || CASE WHEN industry IS NOT NULL THEN industry || '这一年变化不小，您若有新的打算，我们愿意帮忙。
' ELSE '' END || '如果暂时没有需要，我们就不再打扰；如果还愿意保持联系，回复“保持联系”即可，'
|| coalesce(person, '我们') || '会把最近的方案和价格整理给您。

祝一切顺利
（不想再收到此类邮件，回复“退订”即可。）
'
"""

LAST_TOUCH = Job(
    workflow="last-touch",
    columns="once_key TEXT NOT NULL, silent TEXT, wakes BIGINT, owner TEXT, lead TEXT, name TEXT, "
    "reached INTEGER, day TEXT, contact TEXT, email TEXT, industry TEXT, person TEXT",
    scan=_scan,
    counts='count(*) AS "update", coalesce(sum(reached), 0) AS message, '
    "coalesce(sum(1 - reached), 0) AS skipped, count(*) + coalesce(sum(1 - reached), 0) AS notice",
    writes=_writes,
)
