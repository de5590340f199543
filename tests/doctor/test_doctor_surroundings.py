"""`wakeline doctor`: store, clock, files and channels, every finding once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.doctor import Mark
from engine.doctor.store import check_vitals, name_of
from engine.records.vitals import Vitals
from engine.texts import LANGUAGES, Texts
from tests.contract import OTHER
from tests.doctor.house import NOW, Find, change, instant, state
from tests.stores import SQLITE, Place

# --- store ------------------------------------------------------------------------------------------


OF_EVERY_STORE = {"store/reachable", "store/writable", "store/ledger", "store/version"}
OF_FILES = {"store/journal", "store/space", "store/whole"}
"""Only they can be looked at from outside: a server looks after its own."""


def test_a_store_that_is_well(each_store: str, store: Place, find: Find) -> None:
    found = find(deep=True)

    assert [one for one in found.values() if one.status is Mark.PROBLEM] == []
    well = {name for name, one in found.items() if name.startswith("store/") and one.status == "ok"}
    assert well == (OF_EVERY_STORE | OF_FILES if each_store == SQLITE else OF_EVERY_STORE)


@pytest.mark.parametrize("each_store", [SQLITE], indirect=True)
def test_damage_is_found_by_a_deep_look_alone(store: Place, find: Find) -> None:
    """A server looks after its own files; what it has to look at them is not for everybody."""
    assert store.path is not None
    change(store, "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE")
    with store.look() as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_wakeline_runs_day'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with store.path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x00" * size)

    assert "store/whole" not in find()
    assert state(find(deep=True)["store/whole"]) == ("problem", "W820", "damaged")


@pytest.mark.parametrize(
    "mark, expected, known",
    [
        ("0002", ("note", "W820", "older"), "0003、0004、0005、0006、0007、0008、0009"),
        ("0999", ("problem", "W820", "newer"), None),
    ],
)
def test_a_ledger_in_another_form_is_told_and_not_read(
    store: Place, find: Find, mark: str, expected: tuple[str, str, str], known: str | None
) -> None:
    change(store, f"UPDATE wakeline_migrations SET version_num = '{mark}'")

    found = find()

    assert state(found["store/ledger"]) == expected
    assert found["store/ledger"].facts.get("known") == known
    assert "runs/held" not in found


def test_a_database_without_a_ledger_is_a_note(store: Place, find: Find) -> None:
    change(store, *(f'DROP TABLE "{name}"' for name in store.tables() if name.startswith("wakeline_")))

    assert state(find()["store/ledger"]) == ("note", "W820", "no_ledger")


def test_a_table_that_does_not_fit_the_model_is_told(root: Path, store: Place, find: Find) -> None:
    model = (root / "model.yaml").read_text("utf-8")
    assert "沉默唤醒次数: {label: 沉默唤醒次数, type: number" in model or "type: number" in model
    (root / "model.yaml").write_text(model.replace("type: number", "type: text"), "utf-8")

    found = find()

    assert (found["store/tables"].status, found["store/tables"].code) == ("problem", "W407")
    assert "runs/held" not in found


def vitals(**changes: Any) -> Vitals:
    found = {
        "kind": "sqlite", "version": "3.40.1", "driver": "sqlite3", "mark": "0004", "is_writable": True,
        "journal": "delete", "free": 10**12, **changes,
    }  # fmt: skip
    return Vitals(**found)


@pytest.mark.parametrize(
    "changes, name, expected",
    [
        ({"has_wal_bug": True}, "version", ("note", "W820", "wal_bug")),
        ({"has_wal_bug": True, "journal": "wal"}, "journal", ("problem", "W820", "unsafe")),
        ({"journal": "wal"}, "journal", ("ok", "W820", "journal")),
        ({"free": 99 * 1024**2}, "space", ("problem", "W820", "full")),
        ({"free": 500 * 1024**2}, "space", ("note", "W820", "little")),
        ({"is_writable": False}, "writable", ("problem", "W820", "only_read_sqlite")),
        (
            {"is_writable": False, "kind": "postgresql"},
            "writable",
            ("problem", "W820", "only_read_postgresql"),
        ),
        ({"kind": "postgresql", "encoding": "UTF8"}, "version", ("ok", "W820", "server")),
    ],
)
def test_what_is_seen_of_the_database(changes: dict[str, Any], name: str, expected: tuple[str, ...]) -> None:
    found = {one.name: one for one in check_vitals(vitals(**changes), "crm.db")}

    assert state(found[name]) == expected
    assert all(Texts.of(one).message("W820", dict(found[name].facts)) for one in LANGUAGES)


@pytest.mark.parametrize(
    "url, name",
    [
        ("/a/b/crm.db", "crm.db"),
        ("sqlite:////a/b/crm.db", "crm.db"),
        ("postgresql://me:geheim@db.example:5433/crm?sslmode=require", "db.example:5433/crm"),
    ],
)
def test_a_store_is_named_without_secrets(url: str, name: str) -> None:
    assert name_of(url) == name


# --- clock and zones --------------------------------------------------------------------------------


def test_the_clock_that_went_back_is_told(store: Place, find: Find) -> None:
    ahead = instant(NOW + timedelta(hours=5))
    change(store, f"INSERT INTO wakeline_schedules (workflow, seen_until) VALUES ('good', '{ahead}')")

    found = find()

    assert state(found["clock/back"]) == ("problem", "W821", "went_back")
    assert found["clock/back"].facts["at"] == "2026-03-31 06:00"
    assert "clock/back" not in find("2026-03-31T06:00")


def test_the_zone_of_the_machine_is_compared(root: Path, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    for zone, expected in (("UTC", "other_zone"), ("Asia/Shanghai", "zone")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert find()["clock/zone"].facts["kind"] == expected
    monkeypatch.undo()
    time.tzset()


def test_zones_that_cannot_be_read_are_named(root: Path, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.doctor import clocks

    monkeypatch.setattr(clocks, "_loads", lambda name: name != "Asia/Shanghai")

    found = find()["clock/zones"]

    assert (state(found), found.facts["known"]) == (("problem", "W821", "no_zone"), "Asia/Shanghai")


@pytest.mark.parametrize(
    "system, package, expected",
    [
        ("2025b", "2026.1", "data"),
        ("", "2026.1", "data"),
        ("2024a", "2026.1", "old_data"),
        ("", "", "no_data"),
    ],
)
def test_the_data_of_the_zones_is_dated(
    root: Path, find: Find, monkeypatch: pytest.MonkeyPatch, system: str, package: str, expected: str
) -> None:
    from engine.doctor import clocks

    monkeypatch.setattr(clocks, "_of_system", lambda: system)
    monkeypatch.setattr(clocks, "_of_package", lambda: package)

    assert find()["clock/data"].facts["kind"] == expected


def test_the_version_of_the_zones_is_read_as_the_system_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.doctor import clocks

    (tmp_path / "tzdata.zi").write_text("# version 2025b-dirty\nR A\n")
    monkeypatch.setattr(clocks, "TZPATH", (str(tmp_path / "absent"), str(tmp_path)))

    assert clocks._of_system() == "2025b"


def test_a_year_whose_holidays_are_unknown_is_told(root: Path, find: Find) -> None:
    settings = root / "workspace.yaml"
    settings.write_text(settings.read_text("utf-8") + "\ncalendar: CN\n", "utf-8")

    assert find()["clock/calendar"].status == "ok"
    assert state(find("2299-12-31T01:00")["clock/calendar"]) == ("note", "W821", "unknown_year")


# --- files and channels -----------------------------------------------------------------------------


def test_files_with_mistakes_are_told(root: Path, find: Find) -> None:
    assert state(find()["files/workflows"]) == ("ok", "W828", "workflows")

    (root / "other.yaml").write_text(OTHER.replace("客户", "顾客"), "utf-8")
    found = find()["files/workflows"]
    assert (state(found), found.facts["known"]) == (("note", "W828", "broken"), "other")

    (root / "workspace.yaml").write_text("time_zone: Asien/Shanghai\n", "utf-8")
    assert state(find()["files/base"]) == ("problem", "W828", "broken_base")


def channels(root: Path, text: str) -> None:
    (root / "workspace.yaml").write_text(f"time_zone: Asia/Shanghai\nchannels: {text}\n", "utf-8")


def test_a_file_that_cannot_be_written_is_told(root: Path, find: Find) -> None:
    (root / "taken").mkdir()
    channels(root, "{post: {kind: file, path: taken}, ready: {kind: file, path: new/folder/post.jsonl}}")

    found = find()

    assert state(found["channels/post"]) == ("problem", "W822", "unwritable")
    assert state(found["channels/ready"]) == ("ok", "W822", "ready")
    assert not (root / "new").exists()


def test_a_secret_is_only_asked_whether_it_is_set(root: Path, find: Find) -> None:
    """Whatever kind of channel names a variable: its value is nowhere in what is told."""
    channels(root, "{post: {kind: inbox, password_env: POST_SECRET}}")

    unset = find(environment={})["channels/post"]
    set_ = find(environment={"POST_SECRET": "geheim-4711"})

    assert (state(unset), unset.facts["known"]) == (("problem", "W822", "unset"), "POST_SECRET")
    assert state(set_["channels/post"]) == ("ok", "W822", "ready")
    assert "geheim-4711" not in repr(set_)


def test_a_kind_that_nobody_knows_is_told(root: Path, find: Find) -> None:
    channels(root, "{post: {kind: pigeon}}")

    assert state(find()["channels/post"]) == ("problem", "W822", "unknown_kind")
