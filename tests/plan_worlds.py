"""Small worlds and workflows at random, to be planned and run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

NIGHT = datetime(2026, 3, 31, 1, 0)  # noqa: DTZ001 - the workspace's wall clock

CHOICES: Mapping[str, tuple[Any, ...]] = {
    "name": ("甲", "乙公司", "ABC", "{{ 1 }}"),
    "tier": (None, "A", "B", "C"),
    "silent": (None, "正常跟进", "即将沉默", "已沉默"),
    "wakes": (None, Decimal(0), Decimal(1), Decimal("2.5"), Decimal(3)),
    "keep": (None, True, False),
    "industry": (None, "机械", "纺织", "<b>机械</b>"),
    "owner": (None, "S1", "S2", "S3"),
    "deputy": (None, "S1", "S3"),
    "email": (None, "a@example.com", "b@example.com"),
    "email_ok": (None, True, False),
    "phone": (None, "13800000001"),
    "potential": (None, Decimal("-0.01"), Decimal(5000), Decimal("29999.99"), Decimal(30000)),
    "signed": (None, date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1), date(2026, 4, 1)),
    "reviewed": (None, date(2026, 3, 31)),
    "tags": (None, ("高潜",), ("决策慢", "低价值")),
}
ORDERS = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from([date(2025, 12, 31), date(2026, 1, 1), date(2024, 1, 1)]),
        st.integers(-1, 40),
    ),
    max_size=5,
)
CUSTOMERS = st.lists(
    st.fixed_dictionaries({key: st.sampled_from(values) for key, values in CHOICES.items()}), max_size=6
)

CONTACTS = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from([None, "张一", "{{ 1 }}"]),
        st.sampled_from([None, "采购", "技术", "财务"]),
        st.sampled_from([None, "k1@example.com", "k2@example.com"]),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, "13900000001"]),
    ),
    max_size=8,
)
CONTACT = ("customer", "name", "role", "email", "email_ok", "phone")
LETTER = """\
name: 方案
class: service
versions:
  - if: {field: 职位, is: 采购, if_missing: no_match}
    email: {subject: "{{ 客户名称 }}", text: "{{ to.姓名 | or('您') }}：{{ owner.姓名 | or('我们') }}"}
  - if: {field: 职位, is: 技术, if_missing: match}
    sms: {text: "{{ to.姓名 | or('您') }} {{ to.职位 | or('') }} {{ 沉默唤醒次数 | or('0') }}"}
    email: {subject: "{{ to.客户 }}", text: "{{ to.姓名 | or('您') }}{{ to.客户.客户层级 | or('?') }}"}
"""

LEAVES = [
    "{field: 客户层级, is: [A, B]%s}",
    "{field: 客户层级, is_not: C%s}",
    "{field: 行业, contains: 机%s}",
    "{field: 行业, is_empty: true}",
    "{field: 沉默唤醒次数, at_least: 1, less_than: 3%s}",
    "{field: 是否继续维护, is_not: 否%s}",
    "{field: 潜力, at_least: {table: 目标.金额}%s}",
    "{field: 标签, has: 高潜%s}",
    "{field: 沉默状态, is: 正常%s}",
    "{field: 负责人.上级.姓名, is: 主管八%s}",
    "{time_since: 签约日期, at_least: 90 days%s}",
    "{time_since: 签约日期, at_least: {table: 沉默门槛.首触}%s}",
    "{time_since: 最近下单日期, more_than: 3 months%s}",
    "{count_of: 订单, during: last 90 days, is: 0}",
    "{sum_of: 订单.金额, at_least: 20}",
    "{field: 年度成交额, less_than: 30}",
]
TEXTS = [
    "{{ 客户名称 }} {{ 沉默唤醒次数 | or('0') }}",
    "{{ 客户名称 }}：{{ 行业 }}",
    "{% if 潜力 %}{{ 潜力 }}{% else %}没有{% endif %} {{ today }}",
    "{{ owner.姓名 | or('您') }} {{ 客户层级 }} {{ 年度成交额 }}",
    "不变的话",
]
CHANGES = [
    "沉默唤醒次数: {add: 1}",
    "客户层级: C",
    "行业: {clear: true}",
    "行业: {field: 客户名称}",
    "潜力: {table: 目标.金额}",
    "沉默状态: 正常",
    "签约日期: in 3 days",
    "复核日期: {field: 签约日期}",
    "是否继续维护: 是",
    "邮箱: {clear: true}",
]
ROLES = """\
roles:
  老客运营: {field: 岗位, is: 老客运营}
  质检: {field: 岗位, is: 质检}
"""
PEOPLE = [
    *("owner", "supervisor", "{person: S2}", "{person: 李二}", "{person: S3}", "{field: 协办人}"),
    *("{role: 老客运营}", "{role: 质检}"),
]
"""S3 has left; nobody does 质检."""


def leaf(settle: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    written = st.tuples(st.sampled_from(LEAVES), settle)
    return written.map(lambda pair: pair[0] % pair[1] if "%s" in pair[0] else pair[0])


def conditions(settle: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def groups(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        items = st.lists(inner, min_size=1, max_size=3).map(", ".join)
        two = st.lists(inner, min_size=2, max_size=3).map(", ".join)
        return st.one_of(
            *(items.map(f"{{{{{word}: [{{}}]}}}}".format) for word in ("all", "any", "none")),
            two.map("{{any: [{}], needs: 2}}".format),
        )

    return st.recursive(leaf(settle), groups, max_leaves=4)


OPEN = st.sampled_from(["", ", if_missing: match", ", if_missing: no_match"])
SETTLED = st.sampled_from([", if_missing: match", ", if_missing: no_match"])
OPEN_OR_CELL = st.sampled_from([", if_missing: match"])
TEXT = st.sampled_from(TEXTS).map(json.dumps)


def steps(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(inner, min_size=1, max_size=2).map(", ".join)
    return st.one_of(
        st.tuples(conditions(SETTLED), lists, lists).map(
            lambda t: f"{{if: {t[0]}, then: [{t[1]}], else: [{t[2]}]}}"
        ),
        st.tuples(conditions(SETTLED), lists, conditions(SETTLED), lists, lists).map(
            lambda t: (
                f"{{choose: [{{if: {t[0]}, then: [{t[1]}]}}, {{if: {t[2]}, then: [{t[3]}]}}],"
                f" otherwise: [{t[4]}]}}"
            )
        ),
        st.tuples(conditions(OPEN_OR_CELL), lists).map(
            lambda t: f"{{choose: [{{if: {t[0]}, then: [{t[1]}]}}]}}"
        ),
        st.tuples(lists, lists).map(
            lambda t: f"{{split: [{{share: 60 %, then: [{t[0]}]}}, {{share: 40 %, then: [{t[1]}]}}]}}"
        ),
        lists.map(
            "{{send_template: {{template: 问候, to: customer, via: [email, sms]}}, otherwise: [{}]}}".format
        ),
        st.tuples(
            st.sampled_from(["", ", where: {field: 职位, is: [采购, 技术], if_missing: no_match}"]),
            st.sampled_from(["[email, sms]", "[sms, email]", "email"]),
            lists,
        ).map(
            lambda t: (
                f"{{send_template: {{template: 方案, to: {{records: 联系人{t[0]}}}, via: {t[1]}}},"
                f" otherwise: [{t[2]}]}}"
            )
        ),
    )


STEP = st.recursive(
    st.one_of(
        st.lists(st.sampled_from(CHANGES), min_size=1, max_size=3, unique_by=lambda one: one.split(":")[0])
        .map(", ".join)
        .map("{{update_field: {{{}}}}}".format),
        st.sampled_from(["{add_tag: 高潜}", "{add_tag: 低价值}", "{remove_tag: 高潜}", "{stop: 到此为止}"]),
        st.tuples(
            st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).map(", ".join),
            st.sampled_from(["least_loaded", "in_turn"]),
        ).map(lambda t: f"{{assign: {{first_of: [{t[0]}], pick: {t[1]}}}}}"),
        TEXT.map("{{create_record: {{module: 任务, fields: {{主题: {}, 截止日期: in 3 days}}}}}}".format),
        st.tuples(TEXT, st.sampled_from(PEOPLE)).map(
            lambda t: f"{{create_task: {{subject: {t[0]}, to: {t[1]}, due: in 3 days, text_from: 话术}}}}"
        ),
        st.tuples(
            TEXT,
            st.sampled_from([*PEOPLE, "[owner, supervisor]", "[{role: 老客运营}, owner]"]),
            st.sampled_from(["", ", via: email", ", via: [email, inbox]"]),
        ).map(lambda t: f"{{notify: {{to: {t[1]}, text: {t[0]}{t[2]}}}}}"),
        st.just("{send_template: {template: 问候, to: customer, via: email}}"),
    ),
    steps,
    max_leaves=5,
)
WORKFLOWS = st.tuples(
    st.none() | conditions(OPEN),
    st.sampled_from(["episode", "customer", "day", "30 days", "{field: 客户名称}"]),
    st.sampled_from(
        ["", "limit: {per_owner_per_day: 1, first: {highest: 潜力}}", "limit: {per_owner_per_day: 2}"]
    ),
    st.lists(STEP, min_size=1, max_size=4),
    st.sampled_from(["", "", "control_group: 50 %"]),
).map(
    lambda t: "\n".join(
        [
            "id: generated\nname: 生成\nmodule: 客户\ntrigger: {when: by_hand}",
            f"conditions: {t[0]}" if t[0] else "",
            f"once_per: {t[1]}",
            t[2],
            t[4],
            "actions:",
            *(f"  - {one}" for one in t[3]),
        ]
    )
)
