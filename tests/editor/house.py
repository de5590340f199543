"""A company whose nights have left something on every page: runs, a held one, questions, letters, waits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask.testing import FlaskClient

from tests.company import Company, nightly, stories_in
from tests.editor.served import HEADERS, client_of
from tests.stores import Place

NIGHT, MORNING = "2026-03-31T01:00", "2026-03-31T09:00"
ZONE_AT = datetime.fromisoformat("2026-03-31T09:00:00+08:00")
STAFF = [{"编号": "S1", "姓名": "王一", "在职": "是"}, {"编号": "S2", "姓名": "李二", "在职": "是"}]
WAKE = nightly(
    """\
conditions: {field: 客户层级, is: A}
guard: {at_most: 500, share: 100 %}
actions:
  - update_field: {沉默状态: 即将沉默}
  - send_template: {template: 问候, to: customer, via: email}
  - ask: {to: owner, question: "{{ 客户名称 }} 还跟吗", within: 3 days}
    answers: [{answer: 继续, then: [{add_tag: 高潜}]}, {answer: 放弃, then: [{stop: 不再跟}]}]
    otherwise: [{notify: {to: owner, text: 没有答复}}]
"""
)
BIG = nightly(
    "conditions: {field: 客户层级, is: B}\nactions: [{update_field: {沉默状态: 即将沉默}}]\n",
    key="big",
    name="批量改状态",
)
GUARDS = "guards: {updates: {at_most: 1, share: 100 %}}\n"


def customers(woken: int, held: int) -> list[dict[str, str]]:
    """So many of tier A, then so many of tier B; one in ten has no address, every third is 李二's."""
    tiers = ["A"] * woken + ["B"] * held
    return [
        {
            "编号": f"C{number:03}",
            "客户名称": f"客户{number}",
            "客户层级": tier,
            "负责人": "S2" if number % 3 == 0 else "S1",
            "邮箱": "" if number % 10 == 0 else f"c{number}@example.cn",
            "邮件同意": "是",
        }
        for number, tier in enumerate(tiers, start=1)
    ]


@contextmanager
def house(root: Path, *, woken: int, held: int = 2) -> Iterator[Company]:
    """One night: run 1 of 批量改状态 is held, run 2 of 唤醒 has begun with every customer of tier A."""
    with Company.lasting(stories_in(root), at=NIGHT) as found:
        found.write({"wake.yaml": WAKE, "big.yaml": BIG, "+workspace.yaml": GUARDS})
        found.bring("员工", STAFF)
        found.bring("客户", customers(woken, held))
        found.done("run", codes=(0, 1, 3))
        yield found


def copied(house: Company, root: Path) -> Company:
    """The same company in another folder, for a test that changes it."""
    shutil.copytree(house.root, root)
    path = root / ".wakeline" / "wakeline.db"
    return Company(root, Place(str(path), path), at=NIGHT)


def asking(found: Company, *, checks_forms: bool = False) -> FlaskClient:
    """Somebody at the editor in the morning."""
    return client_of(found.root, at=ZONE_AT, checks_forms=checks_forms)


def page(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url, headers={**HEADERS, "Accept-Language": "zh"})
    assert answer.status_code == status, answer.text
    return answer.text


def sent(client: FlaskClient, url: str, status: int = 303, **form: str) -> str:
    """What a form brings about: where it leads, or what is said instead."""
    answer = client.post(url, data=form, headers={**HEADERS, "Accept-Language": "zh"})
    assert answer.status_code == status, answer.text
    return answer.headers.get("Location", answer.text)
