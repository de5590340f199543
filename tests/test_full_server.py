"""A PostgreSQL server whose disk is full: the run is given back and goes on when there is room (F13)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Server
from tests.stores import Place
from tests.trouble import COUNT, NIGHTLY, House, fill, mounted, resize

ROOMY = "400m"
LITTLE, PIECE = 4_000_000, 1_000_000


@pytest.fixture
def disk(server: Server) -> Iterator[Path]:
    """Where the server's user may go."""
    with mounted(server.folder / "disk", ROOMY) as folder:
        yield folder


@pytest.fixture
def house(server: Server, disk: Path, tmp_path: Path) -> Iterator[House]:
    """The customers are there, and room for little more."""
    with server.database("with_ledger") as name:
        server.move(name, disk)
        fill(tmp_path / "root", server.url(name))
        with server.connect(name) as connection:
            connection.execute("CHECKPOINT")
        used = shutil.disk_usage(disk).used
        resize(disk, str(used + LITTLE))
        yield House(tmp_path / "root", Place.at(server.url(name)))
        resize(disk, ROOMY)
    with server.connect() as connection:
        connection.execute(f'DROP TABLESPACE "{name}"')


def test_a_full_disk_gives_the_run_back_and_goes_on_as_there_is_room(
    house: House, disk: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room comes in small pieces: the disk is full in the middle of the run, and among its letters."""
    monkeypatch.setattr("engine.apply.CHUNK_RECORDS", 1_000)  # several chunks of the customers there are
    reached: list[int] = []
    while not house.round():
        assert house.runner.health()["code"] == "W403"
        ((state, reason),) = house.rows(f"SELECT state, reason{NIGHTLY}")
        noted = {record for (record,) in house.rows("SELECT record FROM wakeline_enrollments")}
        # Where there is no room even to give it back, its lease ends by itself.
        assert (state, reason) in {
            (one, None) for one in (("due", "running") if len(noted) < COUNT else ("done",))
        }
        letters = house.letters()
        assert len(set(letters)) == len(letters)
        assert set(letters) <= noted  # of chunks that are there to stay
        reached.append(len(noted))
        resize(disk, str(shutil.disk_usage(disk).total + PIECE))
        long_ago = "lease_until = '2020-01-01T00:00:00.000000Z'"
        house.rows(f"UPDATE wakeline_runs SET {long_ago} WHERE state = 'running' RETURNING id")

    assert reached == sorted(reached)
    assert any(0 < count < COUNT for count in reached), reached
    assert caplog.records == []  # the driver would name the account of the database
    house.everybody_once()
