"""What each answer of a mail server means for a letter, and what is no answer at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.channels.parcel import InDoubt, Later, Outcome, Refused, Sent
from engine.channels.smtp import Smtp
from tests.engine.channels.letters import LETTER, failure, hasty, send, to
from tests.engine.mail_server import LOCAL, Mailbox, rude_server


def test_refused_recipient_is_refused_with_the_code_and_the_next_letter_goes(
    account: Smtp, box: Mailbox
) -> None:
    box.at_recipient["x@example.com"] = "550 5.1.1 no such user"

    assert account.send([to("x@example.com"), LETTER]) == [
        Refused("W717", "550 5.1.1 no such user", is_address=True),
        Sent("OK queued as 17"),
    ]
    assert (box.recipients, box.connections) == ([["a@example.com"]], 1)


@pytest.mark.parametrize(
    "answer, is_address",
    [
        ("550 5.1.1 no such user", True),
        ("550 5.1.10 null MX", True),
        ("550 5.2.1 mailbox disabled", True),
        ("550 no such user", True),
        ("553 mailbox name not allowed", True),
        # what is said of the sender, of a policy or of a full mailbox is not said of the address
        ("550 5.7.1 relaying denied", False),
        ("550 5.1.8 bad sender", False),
        ("552 5.2.2 mailbox full", False),
        ("554 blocked", False),
        ("550 5.1.100 something new", False),
    ],
)
def test_refused_recipient_tells_whether_there_is_such_an_address(
    account: Smtp, box: Mailbox, answer: str, is_address: bool
) -> None:
    box.at_recipient["a@example.com"] = answer

    assert send(account) == Refused("W717", answer, is_address=is_address)


def test_letter_that_is_refused_for_what_it_says_is_none_of_its_address(account: Smtp, box: Mailbox) -> None:
    box.at_text["a@example.com"] = "550 5.1.1 no such user"

    assert send(account) == Refused("W717", "550 5.1.1 no such user")


def test_recipient_that_is_not_taken_now_comes_later(account: Smtp, box: Mailbox) -> None:
    box.at_recipient["a@example.com"] = "451 4.7.1 greylisted"

    assert send(account) == Later("W718", "451 4.7.1 greylisted")
    assert box.letters == []


@pytest.mark.parametrize(
    "answer, outcome",
    [
        ("554 looks like spam", Refused("W717", "554 looks like spam")),
        ("552 too large", Refused("W717", "552 too large")),
        ("452 no space", Later("W718", "452 no space")),
        ("421 going down", Later("W718", "421 going down")),
    ],
)
def test_answer_to_the_text_decides(account: Smtp, box: Mailbox, answer: str, outcome: Outcome) -> None:
    box.at_text["a@example.com"] = answer

    assert send(account) == outcome
    assert isinstance(send(account, to("b@example.com")), Sent)


def test_refused_sender_is_a_failure_of_the_channel_not_of_the_letter(account: Smtp, box: Mailbox) -> None:
    box.at_sender = "550 not allowed to send"

    found = failure(account)

    assert (found.code, found.facts["answer"]) == ("W716", "550 not allowed to send")
    assert box.asked == []


@pytest.mark.parametrize(
    "answer, code",
    [("421 closing", "W745"), ("530 authentication required", "W716"), ("503 bad sequence", "W712")],
)
def test_answer_about_the_connection_is_a_failure_of_the_channel(
    account: Smtp, box: Mailbox, answer: str, code: str
) -> None:
    box.at_recipient["a@example.com"] = answer

    found = failure(account)

    assert (found.code, answer in found.facts.values()) == (code, True)


@pytest.mark.parametrize("answer", ["421 closing", "451 4.3.0 try again", "452 no space"])
def test_server_that_takes_nothing_for_now_says_nothing_against_the_sender(
    account: Smtp, box: Mailbox, answer: str
) -> None:
    box.at_sender = answer

    found = failure(account)

    assert (found.code, found.facts["host"], found.facts["answer"]) == ("W745", LOCAL, answer)


@pytest.mark.parametrize("answer", ["421 too busy", "450 not yet"])
def test_server_that_greets_with_not_now_is_there_but_takes_nothing(answer: str) -> None:
    with rude_server(f"{answer}\r\n".encode()) as (port, _):
        found = failure(hasty(port))

    assert (found.code, found.facts["answer"]) == ("W745", answer)


# --- answers that are none -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "says, told",
    [
        (b"hello world\r\n", "hello world"),
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP/1.1 400 Bad Request"),
        (b"\0\xff\xfehello\r\n", "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}hello"),
        (b"25 \r\n", "25"),
        (b"x" * 1_000_000, "x" * 300),
        (b"220-more\r\n" * 100_000, "220-more"),
    ],
)
def test_greeting_that_is_no_smtp_is_told_whole(says: bytes, told: str) -> None:
    with rude_server(says) as (port, _):
        found = failure(replace(hasty(port), timeout=20))

    assert (found.code, found.facts["answer"], found.facts["port"]) == ("W746", told, str(port))


def test_recipient_that_is_answered_with_nonsense_leaves_the_letter_waiting(
    account: Smtp, box: Mailbox
) -> None:
    box.at_recipient["a@example.com"] = "hello world"

    found = failure(account)

    assert (found.code, found.facts["answer"]) == ("W746", "hello world")
    assert box.letters == []


def test_text_that_is_answered_with_nonsense_leaves_the_letter_in_doubt(account: Smtp, box: Mailbox) -> None:
    box.at_text["a@example.com"] = "hello world"

    assert send(account) == InDoubt("hello world")
    assert isinstance(send(account, to("b@example.com")), Sent)
