# ruff: noqa: E501 - texts are easier to read unbroken
"""The texts of the reference night as Jinja2 templates: compiled once, filled with `c` and its owner's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from jinja2 import Environment

_LATE = "{{ owner or '负责人' }}"
_SOURCES = {
    "late": f"{_LATE} 自 {{{{ c.woken | day }}}} 起没有跟进 {{{{ c.name }}}}，唤醒任务已过期。",
    "late subject": "督办：{{ c.name }}",
    "late text": f"{{{{ c.name }}}} 于 {{{{ c.woken | day }}}} 唤醒，任务过期 7 天没有跟进，请与 {_LATE} 确认。",
    "wake subject": "唤醒回访：{{ c.name }}",
    "wake text": "{{ c.name }}（{{ c.tier }} 类，{{ c.region or '未填区域' }}）自 {{ c.last_order | day }} 起未下单，本年成交 {{ this_year | money }}。先问近况，再约下一步。",
    "call": "{{ c.name }} 没有可用的邮箱或未同意收信，请打电话。",
    "key subject": "大客户回访：{{ c.name }}",
    "key text": "A 类客户 {{ c.name }} 60 天没有订单，本年成交 {{ this_year | money }}，请上门。",
    "key notice": "A 类客户 {{ c.name }} 60 天没有订单，负责人 {{ owner or '未指定' }}。",
    "quiet": "{{ c.name }} 自 {{ c.last_order | day if c.last_order else '建档' }} 起没有订单，近 30 天也没有跟进，请联系{{ c.contact or '客户' }}。",
    "last call": "{{ c.name }} 没有可用的邮箱或未同意收信，请打电话做最后确认。",
    "last": "{{ c.name }} 自 {{ c.last_order | day }} 起未下单，已转为“已沉默”，负责人 {{ owner or '未指定' }}。",
    "首触问候 subject": "{{ c.name }}，近来可好？",
    "首触问候": """\
{{ c.contact or '您' }}好：

距离我们上次合作（{{ c.last_order | day }}）已有一段时间，近来一切可好？您在项目上有什么新的安排，我们很想听一听。今年的产品目录和交货周期都有更新，需要的话回复一个“要”字，当天寄给您。
{% if c.industry %}
我们整理了{{ c.industry }}同行最近关心的几件事，想听听您的看法。
{% endif %}
如果方便，{{ owner or '我们' }}会在这几天与您联系，约一个十分钟的电话，不谈价格，只问近况。

祝工作顺利
（不想再收到此类邮件，回复“退订”即可。）
""",
    "最后问候 subject": "{{ c.name }}，我们还要保持联系吗？",
    "最后问候": """\
{{ c.contact or '您' }}好：

自 {{ c.last_order | day }} 之后，我们一直没有机会再为您服务。
{% if c.industry %}
{{ c.industry }}这一年变化不小，您若有新的打算，我们愿意帮忙。
{% endif %}
如果暂时没有需要，我们就不再打扰；如果还愿意保持联系，回复“保持联系”即可，{{ owner or '我们' }}会把最近的方案和价格整理给您。

祝一切顺利
（不想再收到此类邮件，回复“退订”即可。）
""",
}


def make_texts() -> Mapping[str, Callable[..., str]]:
    """Name -> what fills the text."""
    # Not escaped: plain texts, as the engine's.
    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)  # noqa: S701 - as said
    environment.filters |= {"day": _day, "money": _money}
    return {name: environment.from_string(source).render for name, source in _SOURCES.items()}


def _day(kept: str) -> str:
    found = date.fromisoformat(kept)
    return f"{found.year}年{found.month}月{found.day}日"


def _money(kept: int) -> str:
    return f"¥{kept / 10_000:,.2f}"
