"""`diff`: what another version would do to the same records at the same moment, held against two plans."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, nightly, stories_in
from tests.postgres import Server
from tests.test_run_cases import CASES, Story, read

BY_HAND = Path(__file__).parent / "cases" / "diff" / "one_tier_more_and_a_later_day"
MOMENT = "2026-03-31T09:00"


def text(side: str) -> str:
    return (BY_HAND / f"{side}.yaml").read_text(encoding="utf-8")


def published(root: Path, records: Mapping[str, Any]) -> Company:
    """The company of the case; its earlier file was published."""
    company = Company(stories_in(root), at=MOMENT)
    company.write({"wake.yaml": text("before")})
    for module, rows in records.items():
        company.bring(module, rows)
    company.done("publish", "wake")
    return company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return published(tmp_path, read(BY_HAND / "records.yaml"))


def version_of(company: Company) -> str:
    return str(company.answer("plan", "wake")["version"])


def starts(plan: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Whom a plan starts, with what they get; where a step stands in its file is of no account."""
    found = [one for one in plan["records"] if one["verdict"] == "match"]
    effects = {str(one["id"]): one.get("effects") or [one["error"]] for one in found}
    return {key: [{**each, "path": None} for each in some] for key, some in effects.items()}


def by_change(diff: Mapping[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"added": set(), "dropped": set(), "changed": set()}
    for one in diff["records"]:
        found[one["change"]].add(str(one["id"]))
    return found


def kinds(sides: Iterable[dict[str, list[Any]]]) -> dict[tuple[str, str], list[int]]:
    """How many effects of each name both sides have, counted one by one."""
    counted = []
    for side in sides:
        found: Counter[tuple[str, str]] = Counter()
        for one in (each for effects in side.values() for each in effects):
            if one.get("kind") == "update":
                found.update(("update", key) for key in one["changes"])
            elif one.get("kind") == "create":
                found["create", one["values"].get("type", one["module"])] += 1
            elif one.get("kind") == "message":
                found["message", one["template"]] += 1
        counted.append(found)
    names = counted[0].keys() | counted[1].keys()
    return {name: [one[name] for one in counted] for name in names}


def check_by_hand(company: Company) -> None:
    company.write({"wake.yaml": text("after")})
    wanted = read(BY_HAND / "diff.yaml")

    found = company.answer("diff", "wake")

    assert {name: found[name] for name in wanted if name not in {"records", "effects"}} == {
        name: value for name, value in wanted.items() if name not in {"records", "effects"}
    }
    assert sorted(found["effects"], key=str) == sorted(wanted["effects"], key=str)
    told = {
        one["id"]: {
            **{name: one[name] for name in ("change", "because")},
            **{name: [each["kind"] for each in one[name]] for name in ("before", "after")},
        }
        for one in found["records"]
    }
    assert told == wanted["records"]
    assert found["from"]["published_at"] == "2026-03-31T01:00:00Z"
    assert (found["to"]["published_at"], found["to"]["file"]) == (None, "wake.yaml")
    assert found["to"]["version"] == version_of(company)


def test_the_case_by_hand(company: Company) -> None:
    check_by_hand(company)


def test_the_case_by_hand_on_a_server(tmp_path: Path, on_postgres: Server) -> None:
    check_by_hand(published(tmp_path, read(BY_HAND / "records.yaml")))


EDITS = {
    "other conditions": ("at_least: 100", "at_least: 2500"),
    "one condition less": ("    - {field: 客户层级, is: [A, B]}\n", ""),
    "another text": ("回访 {{ 客户名称 }}", "拜访 {{ 客户名称 }}"),
    "a step before all others": (
        "actions:\n",
        "actions:\n  - if: {field: 客户层级, is: C, if_missing: no_match}\n    then: [{add_tag: 高潜}]\n",
    ),
    "another key": ("once_per: customer", "once_per: day"),
    "a limit": ("once_per: customer", "once_per: customer\nlimit: {per_owner_per_day: 2}"),
    "somebody fails": ("回访 {{ 客户名称 }}", "回访 {{ 行业 }}"),
}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, each_store: str) -> Iterable[Company]:
    """Fifty customers of all kinds, in each store; some have started before."""
    staff = [{"编号": f"S{n}", "姓名": f"同事{n}", "在职": "是"} for n in range(3)]
    customers = [
        {
            "编号": f"C{n}",
            "客户名称": f"客户{n}",
            "客户层级": "ABC "[n % 4].strip(),
            "潜力": 97 * n,
            "负责人": f"S{n % 3}",
            "行业": "机械" if n % 5 else "",
            "邮箱": f"c{n}@example.cn",
            "邮件同意": "是" if n % 3 else "否",
        }
        for n in range(50)
    ]
    with Company.lasting(stories_in(tmp_path_factory.mktemp("many")), at=MOMENT) as company:
        company.write({"wake.yaml": text("before").replace("at_least: 100", "at_least: 3800")})
        company.bring("员工", staff)
        company.bring("客户", customers)
        company.done("run", "wake", at="2026-03-30T09:00")
        company.write({"wake.yaml": text("before")})
        company.done("publish", "wake")
        yield company


@pytest.mark.parametrize("edit", EDITS)
def test_sets_are_those_of_two_plans(many: Company, edit: str) -> None:
    many.write({"wake.yaml": text("before")})
    before = starts(many.answer("plan", "wake"))
    many.write({"wake.yaml": text("before").replace(*EDITS[edit])})
    after = starts(many.answer("plan", "wake"))

    found = many.answer("diff", "wake")

    both = before.keys() & after.keys()
    differ = {one for one in both if before[one] != after[one]}
    assert by_change(found) == {
        "added": after.keys() - before.keys(),
        "dropped": before.keys() - after.keys(),
        "changed": differ,
    }
    assert found["same"] == len(both) - len(differ)
    counted = {(one["kind"], one["name"]): [one["before"], one["after"]] for one in found["effects"]}
    assert {
        name: counts for name, counts in counted.items() if name[0] in {"update", "create", "message"}
    } == (kinds((before, after)))
    assert all(one["because"] for one in found["records"] if one["change"] != "changed")
    assert before or after


def test_a_limit_and_a_key_are_named_as_reasons(many: Company) -> None:
    said = {}
    for edit, path in (("a limit", "limit"), ("another key", "once_per")):
        many.write({"wake.yaml": text("before").replace(*EDITS[edit])})
        said[path] = {why for one in many.answer("diff", "wake")["records"] for why in one["because"]}

    assert said == {"limit": {"limit"}, "once_per": {"once_per"}}


def test_nothing_is_written_and_who_waits_is_told(company: Company) -> None:
    waiting = text("before") + "  - wait: 3 days\n  - add_tag: 高潜\n"
    company.write({"wake.yaml": waiting})
    company.done("run", "wake")
    company.write({"wake.yaml": text("after")})
    before = company.place.dump()

    found, told = company.answer("diff", "wake"), company.done("diff", "wake")

    assert found["waiting"] == 3
    assert "正在等的 3 条不受影响" in told
    assert "等待之后的步骤" in told
    assert company.place.dump() == before


def test_versions_go_by_their_beginning_and_files_by_their_path(company: Company, tmp_path: Path) -> None:
    first = version_of(company)
    company.write({"wake.yaml": text("after")})
    company.done("publish", "wake", at="2026-03-31T10:00")
    second, path = version_of(company), tmp_path.parent / f"{tmp_path.name}.yaml"
    path.write_text(text("before"), encoding="utf-8")

    forth = company.answer("diff", "wake", "--from", first[:5], "--to", second)
    back = company.answer("diff", "wake", "--from", second[:6], "--to", str(path))
    itself = company.answer("diff", "wake", "--from", second)
    since_then = company.answer("diff", "wake")

    assert (forth["from"]["version"], forth["to"]["version"]) == (first, second)
    assert back["to"]["version"] == first
    assert by_change(back) == {**by_change(forth), "added": {"C3"}, "dropped": {"C4"}}
    assert (itself["added"], itself["dropped"], itself["changed"], itself["same"]) == (0, 0, 0, 3)
    assert "同一个版本" in company.done("diff", "wake", "--from", second)
    assert (since_then["from"]["version"], by_change(since_then)) == (first, by_change(forth))


def test_a_version_that_was_never_published_is_told_with_the_nearest(company: Company) -> None:
    version = version_of(company)

    unknown = company.call("diff", "wake", "--from", version[:-1] + "x", "--lang", "en")

    assert unknown.code == 2
    assert "error W633 wake was never published as version" in unknown.err
    assert f"Published: {version} 2026-03-31\n" in f"{unknown.err}\n"


def test_of_several_versions_the_nearest_is_told_then_all(company: Company) -> None:
    first = version_of(company)
    company.write({"wake.yaml": text("after")})
    company.done("publish", "wake")
    second = version_of(company)

    told = company.call("diff", "wake", "--from", f"{first[:-1]}x", "--lang", "en").err

    assert f"The nearest is {first} 2026-03-31; all: {second} 2026-03-31, {first} 2026-03-31" in told


def test_a_file_that_is_not_there_is_told_with_the_nearest(company: Company) -> None:
    company.write({"earlier.yaml": text("before").replace("id: wake", "id: earlier")})

    near, far = (company.call("diff", "wake", "--from", one) for one in ("earlyer.yaml", "x/y/z.yaml"))

    assert (near.code, far.code) == (2, 2)
    assert near.err.splitlines() == [
        "错误 W698 没有文件“earlyer.yaml”，没有东西可比。",
        "  提示：是否想写“earlier.yaml”？",
    ]
    assert "W698 没有文件“x/y/z.yaml”" in far.err


def test_where_a_guard_would_hold_a_side_is_said(company: Company) -> None:
    """Three start after, each with its status and one with a tag: four updates, where one may be made."""
    company.write({"wake.yaml": text("after"), "+workspace.yaml": "guards: {updates: {at_most: 1}}\n"})

    now, told = company.answer("diff", "wake"), company.done("diff", "wake", "--lang", "en")
    back = company.answer("diff", "wake", "--to", now["from"]["version"], "--from", now["to"]["file"])

    assert (now["from"]["held"], now["to"]["held"]["guard"]) == (None, "updates")
    assert back["from"]["held"] == now["to"]["held"]
    assert "The later version would be held for approval: 4 records updated, the limit is 1." in told
    assert "The earlier version would be" not in told


def test_mistakes_are_told_in_a_sentence(company: Company) -> None:
    version = version_of(company)
    company.write({"other.yaml": text("before").replace("id: wake", "id: other")})
    with company.place.look() as connection:
        kept = "file, files, published_at, published_by"
        twin = f"SELECT workflow, '{version[:-1]}z', {kept} FROM wakeline_versions"
        names = f"workflow, version, {kept}"
        connection.execute(f"INSERT INTO wakeline_versions ({names}) {twin}")
        connection.commit()

    told = {
        "W632": company.call("diff", "other"),
        "W634": company.call("diff", "wake", "--from", version[:3]),
        "W635": company.call("diff", "wake", "--to", str(company.root / "other.yaml")),
        "W912": company.call("diff", "nobody"),
    }
    of_staff = nightly("actions: [{update_field: {区域: 东}}]\n").replace("module: 客户", "module: 员工")
    company.write({"wake.yaml": of_staff})
    told["W636"] = company.call("diff", "wake", "--from", version)

    assert {code: (one.code, code in one.err) for code, one in told.items()} == dict.fromkeys(told, (2, True))


def test_another_template_is_another_version_though_the_file_says_the_same(company: Company) -> None:
    path = company.root / "templates" / "greeting.yaml"
    (path,) = [one for one in path.parent.iterdir() if "近来可好" in one.read_text("utf-8")]
    path.write_text(path.read_text("utf-8").replace("近来可好", "别来无恙"), "utf-8")

    found, told = company.answer("diff", "wake"), company.done("diff", "wake")

    assert by_change(found) == {"added": set(), "dropped": set(), "changed": {"C1", "C2"}}
    assert found["text"] == {"removed": [], "added": []}
    assert "变的是它用到的模板、表格、字段或设置" in told


def test_what_changes_nothing_for_anybody_is_said(company: Company) -> None:
    company.write({"wake.yaml": text("before").replace("at_least: 100", "at_least: 100.5")})

    told = company.done("diff", "wake", "--lang", "en")

    assert "nothing changes for anybody: of 6 in 客户, 3 start as before" in told
    assert "  - " in told


def test_the_text_reads_aloud(company: Company) -> None:
    company.write({"wake.yaml": text("after")})

    told = company.done("diff", "wake")

    for line in (
        "  - 客户层级是 A 或 B\n",
        "  + 客户层级是 A 或 C\n",
        "  + 如果客户层级是 C：\n",
        "  多启动      1\n",
        "  给客户发信：问候  2  →  1",
        "  王一  任务 3 → 2；客户信 2 → 1",
        "    之前不启动，因为没有满足：客户层级是 A 或 B",
        "    之后不启动，因为没有满足：客户层级是 A 或 C",
    ):
        assert line in told, told
    assert "把沉默状态改为" not in told, "a step that only moved is none of it"


def test_numbers_are_read_beside_one_another_by_size(tmp_path: Path) -> None:
    case = CASES / "a_company_keeps_its_own_table"
    story = Story(case, tmp_path)
    story.bring_all(read(case / "before.yaml"), story.nights[0])
    (name,) = (one["workflow"] for one in story.answer("plan", "--night", at=story.nights[0]))
    before = starts(story.answer("plan", name, at=story.nights[0]))
    story.done("publish", at=story.nights[0])

    found = story.answer("diff", name, at=story.nights[0])

    assert (found["same"], found["records"]) == (len(before), [])


def test_sample_data_stands_in_for_the_store(company: Company) -> None:
    rows = "编号,客户名称,客户层级,潜力\nX1,样例,C,500\n"
    company.write({"wake.yaml": text("after")})
    (company.root / "sample").mkdir()
    (company.root / "sample" / "customers.csv").write_text(rows, encoding="utf-8")

    found = json.loads(company.done("diff", "wake", "--sample", "sample", "--format", "json"))

    assert by_change(found)["added"] == {"X1"}
    assert found["checked"] == 1
