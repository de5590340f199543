"""How long a mail server is waited for, and what a broken connection means for a letter."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace

import pytest

from engine.channels import talk
from engine.channels.parcel import InDoubt, Sent
from engine.channels.smtp import Smtp
from tests.engine.channels.letters import LETTER, SENDER, failure, hasty, send, to
from tests.engine.mail_server import LOCAL, Mailbox, mail_server, rude_server


def test_answer_that_drips_is_not_waited_for_longer_than_one_that_does_not_come(
    account: Smtp, box: Mailbox
) -> None:
    """Every sign comes well within the time, the whole answer does not."""
    box.at_recipient["a@example.com"] = "drip"
    found = failure(account)
    assert (found.code, found.facts["kind"]) == ("W712", "silent")

    box.at_text["b@example.com"] = "drip"
    assert send(account, to("b@example.com")) == InDoubt("timed out")


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
@pytest.mark.parametrize("says", [b"", b"220 slow and steady" + b"." * 100 + b"\r\n"])
def test_greeting_or_handshake_that_drips_is_a_failure(says: bytes, security: str) -> None:
    with rude_server(says, drips=True) as (port, server):
        found = failure(replace(hasty(port), security=security))

    assert found.code in {"W712", "W713"}  # a sign that is no handshake may be told first
    assert server.visits == 1
    assert len(server.said) <= len(says) / 2  # nobody has listened to the end


def test_worker_that_is_to_leave_waits_for_no_answer_to_the_end(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time-out would be a minute, longer than the server waits before it answers."""
    monkeypatch.setattr(talk, "LAST_SECONDS", 0.5)
    box.at_text["a@example.com"] = "hang"
    box.at_recipient["b@example.com"] = "hang"
    with mail_server(box) as port:
        for letter, expected in ((LETTER, InDoubt("timed out")), (to("b@example.com"), "W712")):
            leaving = Smtp(LOCAL, SENDER, port=port, security="none", timeout=60, hurries=lambda: True)
            if isinstance(expected, str):
                assert failure(leaving, letter).code == expected
            else:
                assert send(leaving, letter) == expected


def test_worker_that_is_to_leave_still_hears_an_answer_that_comes(box: Mailbox) -> None:
    with mail_server(box) as port:
        leaving = Smtp(LOCAL, SENDER, port=port, security="none", timeout=60, hurries=lambda: True)

        assert send(leaving) == Sent("OK queued as 17")
        leaving.close()


def test_second_address_of_a_host_is_tried_when_the_first_does_not_answer(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A queue that is full answers nobody: the system lets the caller wait."""
    with socket.socket() as full, mail_server(box) as port:
        full.bind(("127.0.0.2", port))
        full.listen(0)
        callers = [socket.socket() for _ in range(4)]
        for one in callers:
            one.setblocking(False)
            one.connect_ex(("127.0.0.2", port))
        known = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.2", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: known)
        account = Smtp("mail.example.com", SENDER, port=port, security="none", timeout=2)

        assert isinstance(send(account), Sent)
        account.close()
        for one in callers:
            one.close()


def test_search_for_an_address_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(30) and [])

    found = failure(Smtp("mail.example.com", SENDER, port=25, security="none", timeout=0.5))
    over.set()

    assert (found.code, found.facts["kind"]) == ("W712", "silent")


# --- broken connections ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["hang", "cut"])
def test_connection_that_breaks_before_the_text_leaves_the_letter_waiting(
    account: Smtp, box: Mailbox, how: str
) -> None:
    box.at_recipient["a@example.com"] = how

    assert failure(account).code == "W712"
    assert box.letters == []


@pytest.mark.parametrize("how", ["hang", "cut"])
def test_connection_that_breaks_after_the_text_leaves_the_letter_in_doubt(
    account: Smtp, box: Mailbox, how: str
) -> None:
    box.at_text["a@example.com"] = how

    assert isinstance(send(account), InDoubt)
    assert len(box.letters) == 1
    assert isinstance(send(account, to("b@example.com")), Sent)


def test_server_that_is_not_there_is_a_failure_with_its_name() -> None:
    with mail_server(Mailbox()) as port:
        pass

    found = failure(Smtp(LOCAL, SENDER, port=port, security="none", timeout=0.5))

    assert (found.code, found.facts["host"], found.facts["port"]) == ("W712", LOCAL, str(port))
