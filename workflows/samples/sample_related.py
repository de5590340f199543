"""What belongs to a customer beside orders, follow-ups and tasks: people, signals, tickets, payments.

Each customer's rows come from dice of their own, so that the older files stay as they are whatever is
added here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import sample_words as words
from sample_days import TODAY, iso, yes_no
from sample_dice import Dice

HEADERS = {
    "contacts": "编号 姓名 客户 职位 关键联系人 在职 变动日期 生日 邮箱 邮件同意",
    "opportunities": "编号 商机名称 客户 负责人 阶段 金额 建立日期 最近推进日期",
    "visits": "编号 客户 访问日期 页面",
    "emails": "编号 客户 发送日期 主题 已打开 已回复",
    "tickets": "编号 标题 客户 类型 处理人 提交日期 解决日期 处理天数",
    "payments": "编号 客户 付款日期 金额 付款天数",
    "surveys": "编号 客户 调查日期 评分",
}
LETTERS = {
    "contacts": "K",
    "opportunities": "B",
    "visits": "V",
    "emails": "E",
    "tickets": "G",
    "payments": "P",
    "surveys": "M",
}
POSTS = (("采购", 55), ("老板", 20), ("技术", 15), ("财务", 6), ("其他", 4))
STAGES = (("洽谈", 40), ("报价", 30), ("打样", 14), ("合同", 6), ("赢单", 6), ("输单", 4))
PAGES = (("产品页", 46), ("首页", 24), ("价格页", 14), ("白皮书", 9), ("活动报名", 5), ("注册", 2))
SUBJECTS = ("新品目录", "行业简报", "交期通知", "活动邀请")
TICKETS = (("售后", 46), ("投诉", 28), ("咨询", 26))
TITLES = {"售后": "样例：配件更换", "投诉": "样例：到货数量不符", "咨询": "样例：询问交期"}
PAYMENTS_FROM = date(2025, 7, 1).toordinal()

# Customers on the border, by customer number modulo EDGE_EVERY.
HOT = {31: (3, 2), 32: (3, 2), 33: (2, 2), 34: (3, 1)}  # e-mails opened in a row, visits to a product page
BIRTHDAY = {41: (3, 31), 42: (4, 1), 43: (4, 2), 44: (4, 3), 45: (4, 4), 46: (2, 29)}
STALLED = {51: 29, 52: 30, 53: 31}  # days since an opportunity last moved
KEY_LEFT = {61: 1, 62: 29, 63: 30, 64: 31}  # days since the key contact left
COMPETITOR = (71, 72)


def dice_of(customer: Any) -> Dice:
    return Dice(customer.number * 7_919 + 900_000_011)


def customer_columns(customer: Any) -> list[str]:
    """客户阶段 最近唤醒日期 放弃日期 规模 毛利率 信用使用率 竞品进入."""
    dice = Dice(customer.number * 7_919 + 700_000_001)
    ago = customer.last_order
    woken, given_up = "", ""
    if customer.silent in {"即将沉默", "已沉默"} and ago is not None:
        # Who ordered within the last weeks did so after being woken: that one has come back.
        woken = iso(TODAY - (dice.between(ago, ago + 20) if ago < 60 else dice.between(2, min(ago, 60))))
    if customer.silent == "放弃维护":
        given_up = iso(TODAY - dice.between(5, 120))
    size = dice.weighted(words.SIZES[customer.deserved])
    credit = f"{dice.between(0, 105)} %" if customer.deserved != "C" else ""
    enters = customer.slot in COMPETITOR or dice.chance(0.001)
    return [
        draw_stage(dice, customer),
        woken,
        given_up,
        size,
        f"{dice.between(8, 42)} %",
        credit,
        "是" if enters else "",
    ]


def draw_stage(dice: Dice, customer: Any) -> str:
    if customer.last_order is None:
        return dice.weighted((("线索", 65), ("商机", 35)))
    if customer.last_order > 360:
        return "流失"
    return "老客户" if TODAY - customer.created > 400 else "客户"


def contact_rows(customer: Any) -> Iterator[list[str]]:
    dice = dice_of(customer)
    low, high = {"A": (2, 3), "B": (1, 2), "C": (0, 1)}[customer.deserved]
    count = dice.between(low, high)
    if customer.deserved == "C" and dice.chance(0.6):
        count = 0
    if customer.slot in BIRTHDAY or customer.slot in KEY_LEFT:
        count = max(1, count)
    for number in range(count):
        yield _contact(dice, customer, number)


def _contact(dice: Dice, customer: Any, number: int) -> list[str]:
    surname, latin = dice.pick(words.SURNAMES)
    name = f"示例·{surname}{dice.pick(words.STEMS)}{words.DIGITS[dice.between(1, 9)]}"
    month, day = dice.between(1, 12), dice.between(1, 28)
    if number == 0:
        month, day = BIRTHDAY.get(customer.slot, (month, day))
    birthday = date(dice.between(17, 24) * 4 + 1900, month, day)
    is_key = number == 0
    left = KEY_LEFT.get(customer.slot) if is_key else None
    gone = left is not None or dice.chance(0.012)
    ago = left if left is not None else dice.between(20, 900)
    changed = iso(max(TODAY - ago, customer.created)) if gone or dice.chance(0.3) else ""
    email = "" if dice.chance(0.25) else f"{latin}{customer.number}k{number + 1}@example.com"
    consent = dice.weighted((("是", 62), ("否", 12), ("", 26)))
    post = dice.weighted(POSTS)
    return [
        name, customer.id, post, yes_no(is_key), yes_no(not gone), changed, birthday.isoformat(), email, consent,
    ]  # fmt: skip


def opportunity_rows(customer: Any) -> Iterator[list[str]]:
    dice = Dice(customer.number * 7_919 + 600_000_007)
    edge = STALLED.get(customer.slot)
    if edge is None and not dice.chance({"A": 0.5, "B": 0.2, "C": 0.05}[customer.deserved]):
        return
    created = TODAY - dice.between(32, 150)
    moved = TODAY - edge if edge is not None else max(created, TODAY - dice.between(1, 38))
    stage = "报价" if edge is not None else dice.weighted(STAGES)
    owner = customer.owner.id if customer.owner else ""
    amount = f"{dice.between(4, 400) * 500}.00"
    name = f"样例{dice.pick(words.TRADES[customer.industry][1])}采购"
    yield [name, customer.id, owner, stage, amount, iso(max(created, customer.created)), iso(moved)]


def visit_rows(customer: Any) -> Iterator[list[str]]:
    dice = Dice(customer.number * 7_919 + 500_000_003)
    if customer.slot in HOT:
        for number in range(HOT[customer.slot][1]):
            yield [customer.id, iso(TODAY - 3 - 10 * number), "产品页"]
        return
    if not dice.chance({"A": 0.35, "B": 0.22, "C": 0.1}[customer.deserved]):
        return
    for ago in sorted((dice.between(1, 120) for _ in range(dice.between(1, 5))), reverse=True):
        yield [customer.id, iso(TODAY - ago), dice.weighted(PAGES)]


def email_rows(customer: Any) -> Iterator[list[str]]:
    dice = Dice(customer.number * 7_919 + 400_000_009)
    count = 4 if customer.slot in HOT else dice.between(2, 4)
    if customer.slot not in HOT and not dice.chance(0.3):
        return
    opened_last = HOT.get(customer.slot, (0, 0))[0]
    for number in range(count):
        is_late = number >= count - opened_last
        opened = is_late if customer.slot in HOT else dice.chance(0.42)
        ago = (count - number) * 14 + dice.between(0, 9)
        replied = opened and dice.chance(0.12)
        yield [customer.id, iso(TODAY - ago), dice.pick(SUBJECTS), yes_no(opened), yes_no(replied)]


def ticket_rows(customer: Any, desk: Sequence[Any]) -> Iterator[list[str]]:
    dice = Dice(customer.number * 7_919 + 300_000_007)
    if not dice.chance({"A": 0.3, "B": 0.16, "C": 0.06}[customer.deserved]):
        return
    for _ in range(dice.between(1, 3)):
        kind = dice.weighted(TICKETS)
        ago, days = dice.between(1, 150), dice.between(1, 12)
        is_open = ago < 20 and dice.chance(0.5)
        closed = "" if is_open or days >= ago else iso(TODAY - ago + days)
        taken = str(days) if closed else ""
        yield [TITLES[kind], customer.id, kind, dice.pick(desk).id, iso(TODAY - ago), closed, taken]


def payment_rows(customer: Any, orders: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """One payment an order of the last months; a few customers pay later and later."""
    if customer.deserved == "C":
        return
    dice = Dice(customer.number * 7_919 + 200_000_003)
    usual, slower = dice.between(15, 45), 12 if dice.chance(0.06) else 0
    number = 0
    for _, day, amount, _ in orders:
        ordered = date.fromisoformat(day).toordinal()
        if ordered < PAYMENTS_FROM or amount.startswith("-"):
            continue
        days = usual + dice.between(-6, 6) + slower * number
        number += 1
        if ordered + days < TODAY:
            yield [customer.id, iso(ordered + days), amount, str(days)]


def survey_rows(customer: Any) -> Iterator[list[str]]:
    dice = Dice(customer.number * 7_919 + 100_000_007)
    if customer.last_order is None or not dice.chance(0.16):
        return
    score = dice.weighted((("5", 40), ("4", 34), ("3", 16), ("2", 6), ("1", 4)))
    yield [customer.id, iso(max(TODAY - dice.between(5, 300), customer.created)), score]
