"""Who may be written to is asked when a letter leaves: consent."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.engine.posting.rules import NOON, answers, bring, to
from tests.engine.posting_world import Letterbox, Post
from tests.stores import POSTGRES, SQLITE


def test_who_has_opted_out_since_or_is_gone_gets_nothing(post: Post) -> None:
    bring(post, {"C1": True, "C2": False})
    post.put(NOON, to("C1"), to("C2"), to("C3"))

    found = post.send(NOON)

    assert (post.outside.bodies, found.dropped, found.failed) == (["C1"], 2, 0)
    assert answers(post) == [("sent", None, None), ("dropped", "W730", None), ("dropped", "W731", None)]


def test_no_letter_leaves_after_its_recipient_has_opted_out(each_store: str, post: Post) -> None:
    """Check 5: some opt out while the others are being sent to."""
    names = [f"C{n}" for n in range({SQLITE: 300, POSTGRES: 150}[each_store])]
    bring(post, dict.fromkeys(names, True))
    post.put(NOON, *(to(name) for name in names))
    dice, out, late = random.Random(5), set[str](), set[str]()

    class Outside(Letterbox):
        def send(self, parcels: Any) -> Any:
            (one,) = parcels
            late.update({one.record} & out)
            if dice.random() < 0.2:
                name = dice.choice(names)
                bring(post, {name: False})
                out.add(name)
            return super().send(parcels)

    post.outside = Outside()
    post.send(NOON)

    dropped = {
        record for (record,) in post.rows("SELECT record FROM wakeline_outbox WHERE state = 'dropped'")
    }
    assert late == set()
    assert len(dropped) > 10
    assert dropped <= out
    assert {one.record for one in post.outside.parcels} == set(names) - dropped


@pytest.mark.parametrize("leaves", [True, False])
def test_consent_counts_for_service_letters_and_for_files_but_not_for_notices(
    post: Post, leaves: bool
) -> None:
    class Outside(Letterbox):
        pass

    Outside.leaves = leaves
    post.outside = Outside()
    bring(post, {"C1": False})
    post.put(NOON, to("C1", template="服务"), {"kind": "notice", "record": "C1", "body": "notice"})

    post.send(NOON)

    assert (post.states(), post.outside.bodies) == (["dropped", "sent"], ["notice"])


def test_related_recipient_is_asked_not_the_record(post: Post) -> None:
    """A letter to a contact of a company, of the same module here."""
    bring(post, {"C1": False, "K1": True})
    post.put(NOON, to("C1", addressee="K1"), to("K1", addressee="C1"))

    post.send(NOON)

    assert post.states() == ["sent", "dropped"]
