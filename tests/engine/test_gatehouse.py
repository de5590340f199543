"""Accounts: who may be let in, how often somebody may guess, and who has to stay admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher

from engine.gatehouse import Gatehouse, Refusal
from engine.ledger.accounts import Account
from engine.model.diagnostics import WrongUsage
from engine.passwords import Passwords, demand_good
from tests.engine.gates import BY, WORD, gate_at, later
from tests.stores import POSTGRES, SQLITE

pytestmark = pytest.mark.usefixtures("each_store")


TRIES = {SQLITE: 1000, POSTGRES: 50}


@pytest.fixture
def gate() -> Gatehouse:
    """Two accounts: an admin, and somebody else."""
    found = gate_at()
    found.add("lina", WORD, BY, role="admin")
    found.add("bo", WORD, BY, role="editor")
    return found


def deeds(gate: Gatehouse) -> list[tuple[str, str, str]]:
    return [(one.who, one.deed, one.subject) for one in gate.entries()][::-1]


def came_in(gate: Gatehouse, name: str, password: str = WORD, address: str = "10.0.0.1") -> Account:
    found = gate.sign_in(name, password, address)
    assert isinstance(found, Account)
    return found


def test_whoever_knows_the_password_comes_in_and_nobody_else(gate: Gatehouse) -> None:
    assert came_in(gate, "bo").role == "editor"
    for name, word in (
        ("bo", "wrong horse battery"),
        ("nobody", WORD),
        ("Bo", WORD),
        ("", ""),
        ("bo\0", WORD),
    ):
        assert gate.sign_in(name, word, "10.0.0.1") is Refusal.WRONG
    # What was typed as a name is kept only where there is such an account.
    assert [one for one in deeds(gate) if one[1].startswith("sign")] == [
        ("bo", "signed_in", ""),
        ("bo", "sign_in_failed", ""),
        ("?", "sign_in_failed", ""),
        ("?", "sign_in_failed", ""),
        ("?", "sign_in_failed", ""),
        ("?", "sign_in_failed", ""),
    ]


def test_the_password_is_kept_as_argon2id_and_nowhere_else(gate: Gatehouse) -> None:
    (bo,) = [one for one in gate.accounts() if one.name == "bo"]
    assert bo.password.startswith("$argon2id$")
    assert WORD not in repr([gate.accounts(), gate.entries()])


COMMON = (
    *("1234567890", "12345678910", "0987654321", "1111122222", "1231231231", "abcdefghij", "qwertyuiop"),
    *(
        "qwerty12345",
        "asdfghjkl123",
        "1qaz2wsx3edc",
        "1q2w3e4r5t",
        "password123",
        "P@ssw0rd2024",
        "Password!!",
    ),
    *("iloveyou123", "adminadmin1", "welcome2024", "abc123abc123", "12341234123"),
)


@pytest.mark.parametrize(
    "password", ["correct horse battery", "我家的猫叫小白它九岁了", "rT7mkQ02xz", "tea before monday rain"]
)
def test_a_password_of_ones_own_is_taken(password: str) -> None:
    demand_good(password, "lina")


@pytest.mark.parametrize(
    "password, kind",
    [
        ("short pas", "short"),
        ("x" * 10, "same"),
        ("my name is LINA", "name"),
        ("ab" * 101, "long"),
        ("", "short"),
        *((one, "common") for one in COMMON),
    ],
)
def test_a_password_that_would_be_guessed_is_refused(gate: Gatehouse, password: str, kind: str) -> None:
    acts: list[Callable[[], object]] = [
        lambda: gate.set_password("lina", password, BY),
        lambda: gate.change_own("lina", WORD, password, ""),
    ]
    for act in acts:
        with pytest.raises(WrongUsage) as refused:
            act()
        assert (refused.value.code, refused.value.facts["kind"]) == ("W765", kind)
    came_in(gate, "lina")


@pytest.mark.parametrize("name", ["", "Lina", "李娜", "a b", ".x", "a" * 65, "a/../b", "x@", "x@@y", "a\n"])
def test_odd_names_are_refused(gate: Gatehouse, name: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        gate.add(name, WORD, BY, role="viewer")
    assert refused.value.code == "W761"


def test_the_first_is_an_admin_and_the_last_one_stays_that() -> None:
    gate = gate_at()
    with pytest.raises(WrongUsage) as refused:
        gate.add("bo", WORD, BY, role="editor")
    assert refused.value.code == "W763"
    gate.add("li.na@example.cn", WORD, BY, role="admin")
    acts: list[Callable[[], object]] = [
        lambda: gate.set_role("li.na@example.cn", "viewer", BY),
        lambda: gate.disable("li.na@example.cn", BY),
    ]
    for act in acts:
        with pytest.raises(WrongUsage) as last:
            act()
        assert last.value.code == "W764"
    gate.add("bo", WORD, BY, role="admin")
    gate.disable("bo", BY)
    with pytest.raises(WrongUsage):  # whoever cannot come in does not count
        gate.disable("li.na@example.cn", BY)
    gate.enable("bo", BY)
    gate.disable("li.na@example.cn", BY)
    assert gate.sign_in("li.na@example.cn", WORD, "") is Refusal.WRONG


def test_what_ends_sessions_gives_another_stamp(gate: Gatehouse) -> None:
    stamps = {came_in(gate, "bo").stamp}
    acts: list[Callable[[], object]] = [
        lambda: gate.set_password("bo", "another good one", BY),
        lambda: gate.set_role("bo", "publisher", BY),
        lambda: gate.disable("bo", BY),
        lambda: gate.enable("bo", BY),
    ]
    for act in acts:
        act()
        (bo,) = [one for one in gate.accounts() if one.name == "bo"]
        assert bo.stamp not in stamps
        stamps.add(bo.stamp)
    assert [deed for _, deed, subject in deeds(gate) if subject == "bo"] == [
        "account_added",
        "password_changed",
        "role_changed",
        "account_disabled",
        "account_enabled",
    ]


def test_an_unknown_name_or_role_is_told(gate: Gatehouse) -> None:
    with pytest.raises(WrongUsage) as unknown:
        gate.set_role("linaa", "viewer", BY)
    assert (unknown.value.code, unknown.value.facts["nearest"]) == ("W760", "lina")
    with pytest.raises(WrongUsage) as role:
        gate.set_role("bo", "king", BY)
    assert role.value.code == "W767"
    with pytest.raises(WrongUsage) as taken:
        gate.add("bo", WORD, BY, role="viewer")
    assert taken.value.code == "W762"


def test_of_a_thousand_tries_few_are_looked_at(gate: Gatehouse, each_store: str) -> None:
    before = gate.passwords.checked
    found = {gate.sign_in("bo", f"guess number {n}", f"10.0.{n % 250}.7") for n in range(TRIES[each_store])}
    assert found == {Refusal.WRONG, Refusal.LIMITED}
    assert gate.passwords.checked - before == 15
    assert gate.sign_in("bo", WORD, "10.9.9.9") is Refusal.LIMITED
    came_in(gate, "lina", address="10.9.9.9")  # others come in
    came_in(later(gate, minutes=15, seconds=1), "bo")


def test_one_place_has_five_tries_an_account_and_twenty_in_all(gate: Gatehouse, each_store: str) -> None:
    for _ in range(5):
        assert gate.sign_in("bo", "wrong", "10.0.0.1") is Refusal.WRONG
    assert gate.sign_in("bo", WORD, "10.0.0.1") is Refusal.LIMITED
    came_in(gate, "bo", address="10.0.0.2")  # from elsewhere it is not
    # Neither a success of somebody else nor a flood of other names makes room again.
    came_in(gate, "lina")
    before = gate.passwords.checked
    flood = {gate.sign_in(f"n{n}", "x", "10.0.0.1") for n in range(TRIES[each_store])}
    assert flood == {Refusal.WRONG, Refusal.LIMITED}
    assert gate.passwords.checked - before == 15  # and five before
    assert gate.sign_in("bo", WORD, "10.0.0.1") is Refusal.LIMITED
    assert gate.sign_in("lina", WORD, "10.0.0.1") is Refusal.LIMITED
    came_in(later(gate, minutes=16), "bo")


def test_the_same_work_is_done_for_nobody(gate: Gatehouse) -> None:
    gate.disable("bo", BY)
    for name in ("bo", "nobody", "lina"):
        before = gate.passwords.checked
        gate.sign_in(name, "wrong horse battery", "")
        assert gate.passwords.checked == before + 1


def test_ones_own_password_takes_the_old_one_and_is_not_guessed_there(gate: Gatehouse) -> None:
    for _ in range(5):
        assert gate.change_own("bo", "wrong", "a new good word", "10.0.0.1") is Refusal.WRONG
    assert gate.change_own("bo", WORD, "a new good word", "10.0.0.1") is Refusal.LIMITED
    assert isinstance(gate.change_own("bo", WORD, "a new good word", "10.0.0.2"), Account)
    assert gate.sign_in("bo", WORD, "10.0.0.3") is Refusal.WRONG
    came_in(gate, "bo", "a new good word")


def test_an_old_hash_is_made_anew_when_its_owner_comes_in(gate: Gatehouse) -> None:
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    gate = Gatehouse(gate.store, gate.clock, dearer)
    stamp = came_in(gate, "bo").stamp
    (bo,) = [one for one in gate.accounts() if one.name == "bo"]
    assert (",t=2," in bo.password, bo.stamp) == (True, stamp)
    came_in(gate, "bo")


def test_composed_signs_are_the_same_password(gate: Gatehouse) -> None:
    gate.set_password("bo", "caf\u00e9 caf\u00e9 caf\u00e9", BY)
    came_in(gate, "bo", "cafe\u0301 cafe\u0301 cafe\u0301")


def test_the_usual_cost_is_the_librarys() -> None:
    assert Passwords().kept(WORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
