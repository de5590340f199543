"""A SQLite file in trouble: the disk is full or can only be read, the library is one that damages files.

The run is given back and goes on when the trouble is over; every customer is looked after once (F13).
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from engine.cli import run_command
from engine.records import sqlite
from engine.records.scratch import SCRATCH
from engine.records.sqlite import SqliteFile, driver, file_engine, has_wal_bug
from engine.runners import Local
from tests.stores import Place
from tests.trouble import COUNT, NIGHTLY, House, fill, mounted, resize


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with five thousand customers in its store."""
    root = tmp_path_factory.mktemp("filled")
    fill(root)
    return root


def moved_in(root: Path, disk: Path) -> House:
    """The workspace's store lies on a disk of its own."""
    shutil.copy(root / ".wakeline" / "wakeline.db", disk / "crm.db")
    return House(root, Place.at(str(disk / "crm.db")))


@pytest.fixture
def house(filled: Path, tmp_path: Path) -> House:
    """The store on an ordinary disk."""
    (tmp_path / "disk").mkdir()
    shutil.copytree(filled, tmp_path / "root")
    return moved_in(tmp_path / "root", tmp_path / "disk")


@pytest.fixture
def small_disk(filled: Path, tmp_path: Path) -> Iterator[House]:
    """The store on a disk that has room for the customers and little more."""
    shutil.copytree(filled, tmp_path / "root")
    size = (filled / ".wakeline" / "wakeline.db").stat().st_size
    with mounted(tmp_path / "disk", str(size + 400_000)) as disk:
        yield moved_in(tmp_path / "root", disk)


def disk_of(house: House) -> Path:
    """Where its store lies."""
    return Path(house.place.url).parent


def pragma(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Every connection that may write gets it too."""
    usual = sqlite._set_pragmas

    def with_it(connection: Any, *, read_only: bool) -> None:
        usual(connection, read_only=read_only)
        if not read_only:
            connection.execute(text)

    monkeypatch.setattr(sqlite, "_set_pragmas", with_it)


# --- full -------------------------------------------------------------------------------------------------


def test_a_full_file_gives_the_run_back_and_goes_on_when_there_is_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`max_page_count` is a full disk to SQLite: chunks fail in the middle of the night."""
    monkeypatch.setattr("engine.apply.CHUNK_RECORDS", 1_000)  # several chunks of the customers there are
    assert Local(house.worker).health()["is_well"]
    with closing(sqlite3.connect(house.place.url)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    with monkeypatch.context() as full:
        pragma(full, f"PRAGMA max_page_count={pages + 700}")

        assert not house.round()
        assert not house.round()

        assert house.runner.health()["code"] == "W403"
        ((state, started, reason),) = house.rows(f"SELECT state, started, reason{NIGHTLY}")
        assert (state, reason) == ("due", None)
        assert 0 < started < COUNT
        noted = {record for (record,) in house.rows("SELECT record FROM wakeline_enrollments")}
        assert len(house.letters()) <= len(noted)
        assert set(house.letters()) <= noted  # of chunks that are there to stay

    assert house.round()
    house.everybody_once()


def test_a_full_disk_gives_the_run_back_and_goes_on_when_there_is_room(small_disk: House) -> None:
    assert not small_disk.round()
    assert not small_disk.round()
    assert small_disk.runner.health()["code"] == "W403"
    assert len(set(small_disk.letters())) == len(small_disk.letters())

    resize(disk_of(small_disk), "200m")

    assert small_disk.round()
    small_disk.everybody_once()


def test_a_full_disk_of_temporary_files_gives_the_run_back_and_goes_on_when_there_is_room(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The records of the night do not fit into the scratch; the disk of the store has room."""
    with mounted(tmp_path / "scratch", "200k") as scratch:
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))

        assert not house.round()
        assert not house.round()

        assert house.runner.health()["code"] == "W403"
        assert house.letters() == []
        assert house.rows(f"SELECT state, started{NIGHTLY}") == [("due", 0)]

        resize(scratch, "200m")

        assert house.round()
        house.everybody_once()
        assert list(scratch.iterdir()) == []


def test_a_full_disk_of_temporary_files_is_told_by_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is told of the disk of the database would look in vain."""
    with mounted(tmp_path / "scratch", "64k") as scratch:
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))
        store = SqliteFile(tmp_path / "crm.db")

        with store.connect(read_only=False) as connection, pytest.raises(store.failures) as failed:
            connection.connection.driver_connection.execute(
                f"CREATE TABLE {SCRATCH}.a AS WITH RECURSIVE n(i) AS "
                "(VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n"
            )

        told = store.told(failed.value)
        reason = f"crm.db, {scratch} (database or disk is full)"
        assert (told.code, told.facts) == ("W403", {"kind": "full_scratch", "reason": reason})


def test_the_doctor_sees_a_full_disk(small_disk: House, capfd: pytest.CaptureFixture[str]) -> None:
    store = f"sqlite:///{small_disk.place.url}"

    assert run_command(["doctor", "--workspace", str(small_disk.root), "--store", store, "--lang", "en"]) == 1
    assert "The disk is as good as full: 0 MiB are free." in capfd.readouterr().out


# --- only to be read --------------------------------------------------------------------------------------


def test_a_store_that_can_only_be_read_gives_the_run_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as protected:
        pragma(protected, "PRAGMA query_only=ON")
        assert not house.round()
        assert house.runner.health()["code"] == "W403"
        assert house.letters() == []

    assert house.round()
    house.everybody_once()


def test_a_disk_that_can_only_be_read_is_told_and_planned_on(
    small_disk: House, capfd: pytest.CaptureFixture[str]
) -> None:
    store = f"sqlite:///{small_disk.place.url}"
    where = ["--workspace", str(small_disk.root), "--store", store, "--lang", "en"]
    with closing(sqlite3.connect(small_disk.place.url)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    disk = str(disk_of(small_disk))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    assert not small_disk.round()
    assert run_command(["doctor", *where]) == 1
    assert "crm.db or its folder can only be read" in capfd.readouterr().out
    assert run_command(["plan", "greet", *where, "--at", "2026-03-31T01:00"]) == 0

    subprocess.run(["mount", "-o", "remount,rw,size=200m", disk], check=True)
    assert small_disk.round()
    small_disk.everybody_once()


def test_what_stands_only_in_the_log_is_read_on_a_disk_that_can_only_be_read(tmp_path: Path) -> None:
    """`immutable` would read past the write-ahead log, and give yesterday's records."""
    with closing(driver().connect(str(tmp_path / "crm.db"), isolation_level=None)) as writer:
        for one in ("PRAGMA journal_mode=WAL", "CREATE TABLE a (b)", "INSERT INTO a VALUES (7)"):
            writer.execute(one)
        with mounted(tmp_path / "disk", "4m") as disk:
            for path in tmp_path.glob("crm.db*"):  # as a killed process leaves them
                shutil.copy(path, disk)
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

            with file_engine(disk / "crm.db", read_only=True).connect() as connection:
                assert connection.exec_driver_sql("SELECT b FROM a").scalars().all() == [7]


# --- the library, and what is on the disk -----------------------------------------------------------------


@pytest.mark.parametrize(
    "version, expected",
    [
        ((3, 6, 23), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_the_versions_that_damage_files_are_known(version: tuple[int, int, int], expected: bool) -> None:
    """Fixed in 3.51.3, and for its branches in 3.50.7 and 3.44.6 (sqlite.org, Write-Ahead Logging)."""
    assert has_wal_bug(version) is expected


def asked(store: Path, *, read_only: bool) -> dict[str, Any]:
    with file_engine(store, read_only=read_only).connect() as connection:
        names = ("journal_mode", "synchronous", "busy_timeout", "mmap_size")
        return {one: connection.exec_driver_sql(f"PRAGMA {one}").scalar() for one in names}


@pytest.mark.parametrize("is_bad, journal, synchronous", [(False, "wal", 2), (True, "delete", 3)])
def test_what_is_committed_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_bad: bool, journal: str, synchronous: int
) -> None:
    """FULL (2) flushes the write-ahead log with every commit; without one it takes EXTRA (3)."""
    monkeypatch.setattr(sqlite, "has_wal_bug", lambda _: is_bad)

    found = asked(tmp_path / "a.db", read_only=False)

    assert found == {
        "journal_mode": journal,
        "synchronous": synchronous,
        "busy_timeout": 30_000,
        "mmap_size": 0,
    }
    assert asked(tmp_path / "a.db", read_only=True)["busy_timeout"] == 30_000


def test_a_file_with_a_log_loses_it_under_a_library_that_would_damage_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(tmp_path / "a.db", read_only=False)["journal_mode"] == "wal"

    monkeypatch.setattr(sqlite, "has_wal_bug", lambda _: True)

    assert asked(tmp_path / "a.db", read_only=False)["journal_mode"] == "delete"


def test_the_installed_library_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ModuleType("pysqlite3.dbapi2")
    monkeypatch.setitem(sys.modules, "pysqlite3", ModuleType("pysqlite3"))
    monkeypatch.setitem(sys.modules, "pysqlite3.dbapi2", ours)
    assert driver() is ours

    monkeypatch.setitem(sys.modules, "pysqlite3.dbapi2", None)
    assert driver() is sqlite3


def test_a_disk_without_room_is_told_as_such_whatever_sqlite_calls_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = sqlite3.OperationalError("disk I/O error")
    database = SqliteFile(tmp_path / "wakeline.db")
    usage = shutil.disk_usage(tmp_path)

    assert database.told(failure).facts["reason"] == "wakeline.db (disk I/O error)"

    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
    assert database.told(failure).facts["reason"] == "wakeline.db (database or disk is full)"
