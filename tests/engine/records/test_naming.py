"""Whom somebody means: a key, a key in other letters, a name that one record bears; else who is near."""

from __future__ import annotations

import pytest

from engine.model.diagnostics import WrongUsage
from engine.records.naming import find_record, seek
from tests.engine.small import Place, changed, files_with, workspace_with

pytestmark = pytest.mark.usefixtures("each_store")

ACTIONS = "actions: [{add_tag: 高潜}]\n"
NAMES = {
    "C0001": "上海示例精机",
    "C0010": "苏州样例电子",
    "C0100": "Acme Trading",
    "c7": "小写",
    "C7": "大写",
    "D1": "同名公司",
    "D2": "同名公司",
    "D3": "acme Trading",
}


@pytest.fixture
def place(each_store: str) -> Place:
    rows = {key: {"客户名称": name, "客户层级": "A"} for key, name in NAMES.items()}
    rows |= {f"M{number}": {"客户名称": "多家", "客户层级": "A"} for number in range(7)}
    return Place.make(workspace_with(ACTIONS), {"客户": rows})


def found(place: Place, written: str) -> str | int:
    with place.session() as session:
        return find_record(session, place.workflow.module, written)


def refused(place: Place, written: str) -> tuple[str, list[str]]:
    with pytest.raises(WrongUsage) as caught:
        found(place, written)
    return caught.value.code, near(caught.value)


def near(refusal: WrongUsage) -> list[str]:
    told = refusal.facts.get("nearest") or refusal.facts["known"]
    return [one for one in told.split("、") if one]


@pytest.mark.parametrize(
    "written, key",
    [
        ("C0001", "C0001"),
        (" C0001 ", "C0001"),
        ("c0001", "C0001"),
        ("Ｃ００１０", "C0010"),
        ("ｃ0010", "C0010"),
        ("C7", "C7"),
        ("c7", "c7"),
        ("苏州样例电子", "C0010"),
        ("Acme Trading", "C0100"),
        ("acme Trading", "D3"),
    ],
)
def test_a_key_goes_first_then_a_name_that_one_record_bears(place: Place, written: str, key: str) -> None:
    assert found(place, written) == key


@pytest.mark.parametrize(
    "written, keys",
    [
        ("同名公司", ["D1", "D2"]),
        ("ACME TRADING", ["C0100", "D3"]),
        ("多家", ["M0", "M1", "M2", "M3", "M4", "…"]),
    ],
)
def test_of_a_name_that_several_bear_at_most_five_keys_are_told(
    place: Place, written: str, keys: list[str]
) -> None:
    assert refused(place, written) == ("W631", keys)


@pytest.mark.parametrize(
    "written, nearest",
    [
        ("C001", "C0001 上海示例精机"),  # a zero too few
        ("X0001", "C0001 上海示例精机"),  # a slip at the very beginning, far away in the order of keys
        ("C01000", "C0100 Acme Trading"),
        ("上海示例精器", "C0001 上海示例精机"),
        ("下海示例精机", "C0001 上海示例精机"),
        ("示例精机", "C0001 上海示例精机"),
        ("苏州", "C0010 苏州样例电子"),
    ],
)
def test_the_nearest_is_told_with_its_name(place: Place, written: str, nearest: str) -> None:
    code, told = refused(place, written)

    assert (code, told[0]) == ("W915", nearest)


def test_where_nothing_is_near_nothing_is_told(place: Place) -> None:
    assert refused(place, "zzzzzz") == ("W915", [])
    assert refused(place, "") == ("W915", [])
    assert refused(place, "长" * 300) == ("W915", [])


def sought(place: Place, written: str) -> tuple[list[str], list[str]]:
    with place.session() as session:
        told = seek(session, place.workflow.module, written)
    return [one.key for one in told.found], [one.key for one in told.near]


def test_who_has_it_in_key_or_name_may_be_chosen(place: Place) -> None:
    asked = {
        "上海示例精机": ["C0001"],
        "示例精机": ["C0001"],
        "州": ["C0010"],
        "c10": ["C0010"],  # zeros that nobody writes
        "Ｃ１": ["C0001"],
        "公司": ["D1", "D2"],
        "acme": ["C0100", "D3"],
        "多家": [f"M{number}" for number in range(7)],
        "010": ["C0010", "C0100"],
    }

    assert {one: sought(place, one) for one in asked} == {one: (keys, []) for one, keys in asked.items()}


def test_where_nobody_is_called_so_the_nearest_are_offered(place: Place) -> None:
    for written, near in {"上海示例精器": "C0001", "苏州电器厂": "C0010", "C00010": "C0010"}.items():
        found, offered = sought(place, written)
        assert (found, offered[:1]) == ([], [near])


def test_no_more_are_offered_than_somebody_looks_through(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.records.naming._CHOICE", 5)
    with place.session() as session:
        told = seek(session, place.workflow.module, "多")
        nobody = seek(session, place.workflow.module, " ")

    assert (len(told.found), told.has_more, told.key) == (5, True, "")
    assert (nobody.found, nobody.near) == ((), ())


@pytest.fixture
def by_number(each_store: str) -> Place:
    """A module whose records go by numbers, and are called by nothing else."""
    keyed = (
        "  tasks:\n    label: 任务\n    key: 编号\n    fields:\n      number: {label: 编号, type: number}\n"
    )
    files = changed(files_with(ACTIONS), "model.yaml", "  tasks:\n    label: 任务\n    fields:\n", keyed)
    place = Place.make(workspace_with(ACTIONS, files), {})
    with place.session() as session, session.transaction():
        module = place.workspace.model.modules["tasks"]
        session.upsert(module, [], [(number,) for number in (7, 1001, 12345)])
    return place


@pytest.mark.parametrize("written, beside", [("1010", ["1001"]), ("12354", ["12345"]), ("任务", [])])
def test_keys_that_are_numbers_have_neighbours_too(by_number: Place, written: str, beside: list[str]) -> None:
    module = by_number.workspace.model.modules["tasks"]

    with by_number.session() as session:
        assert find_record(session, module, "12345") == 12345
        with pytest.raises(WrongUsage) as caught:
            find_record(session, module, written)

    assert near(caught.value) == beside
