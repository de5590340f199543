"""Letters of workflows that were paused since, or whose file is away."""

from __future__ import annotations

from datetime import timedelta

from tests.engine.posting.rules import NOON, answers, bring, to
from tests.engine.posting_world import Post


def paused(post: Post, instant: str | None) -> None:
    with post.session(NOON) as session, session.transaction():
        session.connection.exec_driver_sql("DELETE FROM wakeline_pauses")
        if instant is not None:
            row = f"'wake', '王一', '{instant}'"
            session.connection.exec_driver_sql(
                f'INSERT INTO wakeline_pauses (workflow, "by", at) VALUES ({row})'
            )


def test_letters_of_a_workflow_that_was_paused_since_wait_for_it(post: Post) -> None:
    bring(post, {"C1": True})
    post.put(NOON, to("C1"))
    paused(post, "2026-03-31T04:00:00Z")

    post.send(NOON)
    assert (answers(post)[0][:2], post.outside.bodies) == (("waiting", "W726"), [])

    paused(post, None)
    post.send(NOON + timedelta(minutes=9))
    assert post.outside.bodies == []
    post.send(NOON + timedelta(minutes=10))
    assert post.outside.bodies == ["C1"]


def test_letters_of_what_a_person_runs_although_it_is_paused_leave(post: Post) -> None:
    bring(post, {"C1": True})
    paused(post, "2026-03-31T03:59:59Z")
    post.put(NOON, to("C1"))

    post.send(NOON)

    assert post.outside.bodies == ["C1"]


def test_letters_wait_while_the_file_of_their_workflow_is_away(post: Post) -> None:
    bring(post, {"C1": True})
    post.put(NOON, to("C1"), to("C1", kind="notice", template=None, module=None, addressee=None, body="n"))
    post.standing = {"other": ""}

    post.send(NOON)
    assert [one[:2] for one in answers(post)] == [("waiting", "W727")] * 2

    post.standing = {"other": "", "wake": ""}
    post.send(NOON + timedelta(hours=1))
    assert post.states() == ["sent", "sent"]


def test_letters_of_a_workflow_wait_whose_file_was_paused_since(post: Post) -> None:
    bring(post, {"C1": True})
    post.put(NOON, to("C1"))  # by version "v"
    post.standing = {"wake": "paused in the file"}

    post.send(NOON)
    assert [one[:2] for one in answers(post)] == [("waiting", "W729")]

    post.standing = {"wake": ""}
    post.send(NOON + timedelta(minutes=10))
    assert post.states() == ["sent"]


def test_letters_of_what_a_person_runs_although_its_file_is_paused_leave(post: Post) -> None:
    bring(post, {"C1": True})
    post.standing = {"wake": "v"}
    post.put(NOON, to("C1"))

    post.send(NOON)

    assert post.outside.bodies == ["C1"]
