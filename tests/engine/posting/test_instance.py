"""A database that was copied or set back sends nothing until somebody confirms (RELIABILITY, check 9)."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.ledger.claims import Hand
from engine.ledger.post import Post as Ledger
from engine.model.diagnostics import ChannelError
from engine.posting.sent_log import SentLog
from tests.engine.posting_world import Post
from tests.engine.small import NIGHT, workspace_with
from tests.stores import POSTGRES, SQLITE, Place
from tests.trouble import mounted

pytestmark = pytest.mark.usefixtures("each_store")

NOW = NIGHT.now
WORKSPACE = workspace_with("actions: [{stop: x}]\n")
LETTERS = {SQLITE: 1_000, POSTGRES: 100}


@pytest.fixture(name="post")
def _post(tmp_path: Path) -> Post:
    return Post.made(WORKSPACE, tmp_path)


def confirm(post: Post) -> tuple[int, int]:
    with post.session(NOW) as session, session.transaction():
        return post.instance.confirm(Ledger(session.connection), "小王", NOW)


def codes(post: Post) -> list[str]:
    return [one.code for one in post.send(NOW).told]


def test_first_database_of_a_place_sends_without_a_word(post: Post) -> None:
    post.put(NOW, {}, {})

    assert codes(post) == []

    assert post.outside.bodies == ["1", "2"]
    card = json.loads((post.folder / "instance.json").read_text("utf-8"))
    assert card["place"].startswith("alpha:")
    assert post.rows("SELECT value FROM wakeline_facts WHERE name = 'instance'") == [(card["id"],)]


def test_nothing_leaves_where_a_full_disk_could_not_keep_a_line_of_it(post: Post, tmp_path: Path) -> None:
    """RELIABILITY F13: the log opens there and takes not one byte more."""
    with mounted(tmp_path / "small", "256k") as disk:
        post.folder = disk
        post.put(NOW, {}, {})
        assert codes(post) == []
        post.put(NOW, {})
        with suppress(OSError), (disk / "others").open("wb", buffering=0) as file:
            while file.write(bytes(512)):
                pass

        assert (codes(post), post.outside.bodies) == (["W702"], ["1", "2"])
        (disk / "others").unlink()
        assert (codes(post), post.outside.bodies) == ([], ["1", "2", "3"])


def test_every_letter_that_left_is_a_line_of_the_log(post: Post) -> None:
    post.put(NOW, {}, {}, {"kind": "notice", "recipient": "b"}, {"kind": "notice", "recipient": "b"})

    post.send(NOW)

    lines = [json.loads(one) for one in (post.folder / "sent.log").read_text("ascii").splitlines()]
    assert [one["key"] for one in lines] == [f"{n}/actions/0" for n in (1, 2, 3, 4)]
    assert {one["at"] for one in lines} == {"2026-03-30T17:00:00Z"}
    assert len(post.outside.parcels) == 3
    assert "example.cn" not in (post.folder / "sent.log").read_text("ascii")


def test_older_database_sends_nothing_before_and_nothing_twice_after_it_is_confirmed(
    each_store: str, post: Post
) -> None:
    # given
    letters = LETTERS[each_store]
    post.put(NOW, *({} for _ in range(letters)))
    backup = post.place.copied("backup")
    assert post.send(NOW).sent == letters

    # when
    post.place.set_back(backup)
    post.put(NOW, {"body": "new"})
    before = [post.send(NOW + timedelta(hours=hour)) for hour in range(3)]

    # then
    assert [[one.code for one in each.told] for each in before] == [["W720"]] * 3
    assert len(post.outside.parcels) == letters

    # when
    marked = confirm(post)
    after = post.send(NOW)

    # then
    assert marked == (letters, 0)
    assert (after.sent, after.told) == (1, [])
    assert post.outside.bodies[letters:] == ["new"]
    assert set(post.states()) == {"sent"}
    assert post.rows("SELECT DISTINCT settled_by FROM wakeline_outbox WHERE body <> 'new'") == [("小王",)]


def test_database_set_back_in_the_middle_is_noticed_too(post: Post) -> None:
    post.put(NOW, {}, {})
    post.send(NOW)
    post.put(NOW, {}, {}, {})
    backup = post.place.copied("backup")
    post.send(NOW)

    post.place.set_back(backup)

    assert codes(post) == ["W721"]
    assert confirm(post) == (3, 0)
    assert codes(post) == []
    assert post.outside.bodies == ["1", "2", "3", "4", "5"]


def test_run_that_is_made_again_after_the_restore_sends_nothing_twice(post: Post) -> None:
    """The backup is older than the run: its letters are written anew, under other numbers."""
    post.put(NOW, {"body": "old"})
    post.send(NOW)
    backup = post.place.copied("backup")
    night = [{"body": f"night {n}", "record": f"C{n}"} for n in range(50)]
    post.put(NOW, *night)
    post.send(NOW)

    post.place.set_back(backup)
    post.put(NOW, *night[::-1], {"body": "new"})
    assert codes(post) == ["W721"]
    assert confirm(post) == (0, 50)
    post.send(NOW)

    assert sorted(post.outside.bodies) == sorted(["old", "new", *(one["body"] for one in night)])
    assert set(post.states()) == {"sent"}


def test_lost_letter_keeps_back_one_letter_and_not_for_ever(post: Post) -> None:
    post.put(NOW, {"body": "old"})
    post.send(NOW)
    backup = post.place.copied("backup")
    post.put(NOW, {"body": "daily", "record": "C"}, {"body": "yearly", "record": "C"})
    post.send(NOW)
    post.place.set_back(backup)
    confirm(post)

    for _ in range(3):
        post.put(NOW, {"body": "daily", "record": "C"})
        post.send(NOW)
    post.put(NOW, {"body": "yearly", "record": "C"})
    post.send(NOW + timedelta(days=8))

    assert post.outside.bodies == ["old", "daily", "yearly", "daily", "daily", "yearly"]


# --- a log that was lost ---------------------------------------------------------------------------------


def lose(post: Post, share: float) -> None:
    """What is left of the log: nothing, not even the file, or the first part of it."""
    log = post.folder / "sent.log"
    kept = log.read_bytes()[: int(log.stat().st_size * share)]
    log.unlink()
    if share:
        log.write_bytes(kept)


@pytest.mark.parametrize("share", [0, 0.5])
def test_older_database_whose_log_was_lost_too_sends_nothing_until_it_is_confirmed(
    post: Post, share: float
) -> None:
    post.put(NOW, {})
    post.send(NOW)
    backup = post.place.copied("backup")
    post.put(NOW, {})
    post.send(NOW)

    post.place.set_back(backup)
    lose(post, share * 0.5)  # so that less is left of it than the older database knows
    post.put(NOW, {})

    assert [codes(post) for _ in range(3)] == [["W747"]] * 3
    assert post.outside.bodies == ["1", "2"]
    assert post.states() == ["sent", "waiting"]

    confirm(post)
    assert codes(post) == []
    assert post.states() == ["sent", "sent"]
    post.put(NOW, {"body": "new"})
    assert codes(post) == []


@pytest.mark.parametrize("share", [0, 0.5])
def test_log_that_was_lost_is_told_although_the_database_is_not_older(post: Post, share: float) -> None:
    post.put(NOW, {}, {})
    post.send(NOW)
    lose(post, share)
    post.put(NOW, {})

    assert codes(post) == ["W747"]
    confirm(post)
    assert codes(post) == []
    assert post.outside.bodies == ["1", "2", "3"]


def test_log_that_is_put_back_tells_what_has_left(post: Post) -> None:
    post.put(NOW, {})
    post.send(NOW)
    post.put(NOW, {}, {})
    backup = post.place.copied("backup")
    post.send(NOW)
    log = post.folder / "sent.log"
    kept = log.read_bytes()
    post.place.set_back(backup)
    log.unlink()
    assert codes(post) == ["W747"]

    log.write_bytes(kept)

    assert codes(post) == ["W721"]
    assert confirm(post) == (2, 0)
    assert codes(post) == []
    assert post.outside.bodies == ["1", "2", "3"]


def test_what_is_left_of_a_log_counts_when_it_is_confirmed(post: Post) -> None:
    """The letters wait in a database that remembers more of the log than there is."""
    post.put(NOW, {}, {})
    backup = post.place.copied("backup")
    post.send(NOW)
    known = post.rows("SELECT name, value FROM wakeline_facts")
    lose(post, 0.5)
    post.place.set_back(backup)
    with post.session(NOW) as session, session.transaction():
        for name, value in known:
            Ledger(session.connection).facts.put(name, value)

    assert codes(post) == ["W747"]
    assert confirm(post) == (1, 0)
    post.send(NOW)

    assert post.outside.bodies == ["1", "2", "2"]  # of the second nobody knows: a person has said go on


def test_database_from_before_the_first_letter_is_held_though_the_log_is_lost(post: Post) -> None:
    post.put(NOW, {})
    backup = post.place.copied("backup")
    post.send(NOW)
    post.place.set_back(backup)
    lose(post, 0)

    assert codes(post) == ["W720"]
    assert post.outside.bodies == ["1"]


def test_place_that_was_made_and_never_sent_is_held_by_nobody(post: Post) -> None:
    """The log stands there, empty; so it does after a crash between the card and the database."""
    with post.session(NOW) as session, session.transaction():
        post.instance.examine(Ledger(session.connection))
        session.connection.rollback()
    post.put(NOW, {})

    assert codes(post) == []
    assert post.outside.bodies == ["1"]


# --- copies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_folder", [True, False])
def test_copy_on_another_computer_sends_nothing(post: Post, tmp_path: Path, with_folder: bool) -> None:
    post.put(NOW, {}, {})
    post.send(NOW)
    post.put(NOW, {"body": "real"})
    copy = post.copied(tmp_path / "other", "beta", with_folder=with_folder)

    assert codes(copy) == ["W720"]
    assert copy.outside.parcels == []

    post.send(NOW)
    assert post.outside.bodies == ["1", "2", "real"]
    confirm(copy)
    assert codes(copy) == []
    assert copy.outside.bodies == ["real"]


def test_copy_that_was_confirmed_once_is_held_again_when_it_is_copied_over(
    post: Post, tmp_path: Path
) -> None:
    post.put(NOW, {})
    post.send(NOW)
    copy = post.copied(tmp_path / "test", "beta", with_folder=False)
    confirm(copy)
    post.put(NOW, {})

    copy.place.set_back(post.place.copied("again"))

    assert codes(copy) == ["W720"]


def test_folder_that_was_moved_is_told(post: Post, tmp_path: Path) -> None:
    post.put(NOW, {})
    post.send(NOW)
    shutil.move(post.folder, tmp_path / "moved")
    place = post.place if post.place.path is None else Place.at(str(tmp_path / "moved" / "wakeline.db"))
    moved = replace(post, folder=tmp_path / "moved", place=place)
    moved.put(NOW, {})

    assert codes(moved) == ["W720"]


def test_two_places_may_send_for_one_database_when_both_were_confirmed(post: Post, tmp_path: Path) -> None:
    post.put(NOW, {})
    post.send(NOW)
    second = replace(post, host="beta")
    (post.folder / "instance.json").rename(tmp_path / "card")

    confirm(second)
    post.put(NOW, {})
    assert codes(second) == []

    (tmp_path / "card").replace(post.folder / "instance.json")
    post.put(NOW, {})
    assert codes(post) == []


def test_process_that_dies_between_the_log_and_the_mark_leaves_no_doubt(post: Post) -> None:
    post.put(NOW, {}, {})

    with post.session(NOW) as session:
        ledger = Ledger(session.connection)
        with session.transaction():
            post.instance.examine(ledger)
            (first, _) = ledger.due("email", NOW, 9)
            ledger.claim([first], Hand("dead", NOW), NOW)
        post.instance.log.note([first], NOW)

    post.send(NOW + timedelta(minutes=6))

    assert (post.outside.bodies, post.states()) == (["2"], ["sent", "sent"])


# --- the log ---------------------------------------------------------------------------------------------


def test_torn_line_is_left_out_and_the_next_one_stands_alone(post: Post) -> None:
    post.put(NOW, {}, {})
    with post.session(NOW) as session:
        first, second = Ledger(session.connection).due("email", NOW, 9)
    log = SentLog(post.folder / "sent.log")
    log.note([first], NOW)
    with log.path.open("ab") as file:
        file.write(b'{"key": "9/acti')

    assert [one.key for one in log.lines()] == [first.key]
    end = log.note([second], NOW)

    assert [one.key for one in log.lines()] == [first.key, second.key]
    assert end == log.size
    assert [one.key for one in log.lines([one.offset for one in log.lines()][1])] == [second.key]


def test_nothing_leaves_where_the_log_cannot_be_written(post: Post) -> None:
    post.put(NOW, {})
    (post.folder / "sent.log").mkdir()

    found = post.send(NOW)

    assert [one.code for one in found.told] == ["W702"]
    assert (post.outside.parcels, post.states()) == ([], ["waiting"])


def test_log_that_fails_after_a_letter_stops_the_next(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.put(NOW, {}, {})

    def full(*_: object) -> int:
        raise ChannelError("W702", path="sent.log", reason="No space left on device")

    monkeypatch.setattr(SentLog, "note", full)

    assert [one.code for one in post.send(NOW).told] == ["W702"]
    assert (post.outside.bodies, post.states()) == (["1"], ["sent", "waiting"])
