"""`wakeline doctor`: the command and what it prints; nothing is changed by the look."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli import run_command
from engine.doctor import Doctor, Mark
from engine.doctor.check import listed
from engine.model.diagnostics import StoreError
from engine.report.doctor import checkup_json
from engine.texts import Texts
from engine.workspace import open_workspace
from tests.doctor.house import AT, NOW, Find, change, instant, run
from tests.engine.small import clock_at
from tests.stores import Place

# --- the command ------------------------------------------------------------------------------------


def test_a_workspace_without_a_database_has_a_note(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = run(root, "doctor", "--format", "json")
    found = json.loads(capfd.readouterr().out)

    assert code == 0
    assert found["status"] == "note"
    by_name = {(one["group"], one["name"]): one for one in found["checks"]}
    assert by_name["store", "reachable"]["message"] == "There is no database yet (wakeline.db)."
    assert by_name["channels", "sms"]["status"] == "ok"
    assert not (root / ".wakeline" / "wakeline.db").exists()


def test_json_has_the_keys_of_the_contract(
    root: Path, store: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    assert run(root, "doctor", "--format", "json") == 0
    found = json.loads(capfd.readouterr().out)

    assert set(found) == {"status", "checks"}
    keys = {"group", "name", "status", "code", "message", "hint", "facts"}
    assert all(set(one) == keys for one in found["checks"])
    assert {one["status"] for one in found["checks"]} <= {"ok", "note", "problem"}


def test_a_store_that_cannot_be_reached_is_3_and_the_rest_is_looked_at(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    address = "postgresql://nobody:geheim@127.0.0.1:9/crm"

    assert run(root, "doctor", "--store", address) == 3

    told = capfd.readouterr().out
    assert "geheim" not in told
    assert "127.0.0.1:9/crm" in told
    assert "time zones" in told
    assert "The channel sms (file)" in told


def test_a_file_that_is_no_database_is_3(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (root / "broken.db").write_bytes(b"this is not a database, and long enough to tell" * 50)

    assert run(root, "doctor", "--store", f"sqlite:///{root / 'broken.db'}") == 3
    assert "not a database" in capfd.readouterr().out


def test_a_folder_that_is_no_workspace_is_wrong_usage(tmp_path: Path) -> None:
    assert run_command(["doctor", "--workspace", str(tmp_path / "nowhere")]) == 2


def test_a_problem_is_1_and_says_what_to_do(
    root: Path, store: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    change(store, f"INSERT INTO wakeline_facts VALUES ('clock_jumped', '{instant(NOW)}')")

    assert run(root, "doctor") == 1
    told = capfd.readouterr().out
    assert "✗ W821 The clock jumped by more than a day, to 2026-03-31 01:00: scheduled runs wait." in told
    assert "what to do: If the time is right, confirm it: wakeline confirm --by NAME" in told


def test_the_look_changes_nothing(root: Path, store: Place, find: Find) -> None:
    """Neither what is stored, nor the file, nor what lies beside it."""

    def everything() -> dict[str, str]:
        return {
            one.name: hashlib.sha256(one.read_bytes()).hexdigest()
            for one in sorted((root / ".wakeline").rglob("*"))
            if one.is_file() and one.suffix not in {".db-shm", ".db-wal"}
        }

    before, rows, wal = everything(), store.dump(), root / ".wakeline" / "wakeline.db-wal"

    find(deep=True)

    assert (everything(), store.dump()) == (before, rows)
    assert not wal.exists() or wal.stat().st_size == 0


# --- small things -----------------------------------------------------------------------------------


def test_long_lists_are_cut() -> None:
    assert listed(range(3)) == "0、1、2"
    assert listed(range(8)) == "0、1、2、3、4、+3"


def test_every_text_of_the_doctor_is_used() -> None:
    """A kind in the texts that no check has would be a leftover."""
    source = "".join(path.read_text("utf-8") for path in (Path(__file__).parents[2] / "engine").rglob("*.py"))
    kinds = {
        kind: code
        for code in (f"W82{number}" for number in range(9))
        for kind in Texts.of("en")._tree[code]["kinds"]
    }

    unused = [kind for kind in kinds if f'"{kind}"' not in source and not kind.startswith("only_read_")]

    assert unused == []


def test_a_store_error_keeps_its_own_words(root: Path) -> None:
    def broken() -> Any:
        raise StoreError("W410")

    found = Doctor(open_workspace(root), broken, "1.0").look(clock_at(AT))

    assert not found.is_reachable
    assert found.status is Mark.PROBLEM
    told = next(one for one in checkup_json(found, "en")["checks"] if one["group"] == "store")
    assert told["hint"]
