"""`kind: smtp` against a real mail server: what it gets."""

from __future__ import annotations

import socket
from dataclasses import replace
from email import policy
from email.parser import BytesParser

from engine.channels.parcel import Sent
from engine.channels.smtp import PORTS, Smtp
from engine.files.channels import BLOCKS, SECURITY
from engine.shapes.addresses import MailAddress
from tests.engine.channels.letters import LETTER, send, text_of, to
from tests.engine.mail_server import Mailbox


def test_letter_arrives_with_all_its_parts(account: Smtp, box: Mailbox) -> None:
    assert send(account) == Sent("OK queued as 17")

    (letter,) = box.letters
    assert (box.senders, box.recipients) == (["crm@example.cn"], [["a@example.com"]])
    assert (letter["From"], letter["To"]) == ("某公司 <crm@example.cn>", "a@example.com")
    assert letter["Subject"] == "张总，近况可好？"
    assert letter["Date"] == "Mon, 30 Mar 2026 17:00:00 +0000"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"
    assert text_of(letter) == "您好：\n.\n第二行\n..三\n"


def test_end_of_a_letter_does_not_wait_for_a_full_packet(account: Smtp) -> None:
    """It goes by itself after the text: a server that confirms late would cost 40 ms a letter."""
    send(account)

    assert account._connection is not None
    assert account._connection.sock is not None
    assert account._connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_every_attempt_has_the_same_number_and_key(account: Smtp, box: Mailbox) -> None:
    for at in ("2026-03-30T17:00:00Z", "2026-03-30T18:00:00Z"):
        send(account, replace(LETTER, at=at))
    send(account, replace(LETTER, key="8/actions/0"))

    first, again, other = (one["Message-ID"] for one in box.letters)
    assert first == again != other
    assert first.endswith("@example.cn>")
    assert box.keys == ["7/actions/0", "7/actions/0", "8/actions/0"]


def test_key_in_other_letters_is_spelt_for_a_header(account: Smtp, box: Mailbox) -> None:
    send(account, replace(LETTER, key="7/actions/0/to/客户 1"))

    assert box.keys == ["7/actions/0/to/%E5%AE%A2%E6%88%B7%201"]


def test_html_is_told_as_html(account: Smtp, box: Mailbox) -> None:
    send(account, replace(LETTER, body="<p>您好</p>", html=True))

    assert box.letters[0].get_content_type() == "text/html"
    assert text_of(box.letters[0]) == "<p>您好</p>\n"


def test_line_break_in_a_subject_makes_no_header(account: Smtp, box: Mailbox) -> None:
    send(account, replace(LETTER, subject="您好\r\nBcc: b@example.com\u2028x", body="a\0b\x1bc\td"))

    assert box.letters[0]["Subject"] == "您好 Bcc: b@example.com x"
    assert box.letters[0]["Bcc"] is None
    assert box.recipients == [["a@example.com"]]
    assert text_of(box.letters[0]) == "abc\td\n"


def test_many_letters_go_over_one_connection(account: Smtp, box: Mailbox) -> None:
    parcels = [to(f"a{number}@example.com") for number in range(20)]

    assert {type(one) for one in account.send(parcels)} == {Sent}
    assert (len(box.letters), box.connections) == (20, 1)


def test_connection_that_was_closed_is_opened_anew(account: Smtp, box: Mailbox) -> None:
    send(account)
    assert account._connection is not None
    account._connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # it is connected

    assert isinstance(send(account), Sent)
    assert box.connections == 2


def test_account_may_be_used_after_it_was_closed(account: Smtp, box: Mailbox) -> None:
    send(account)
    account.close()

    assert isinstance(send(account), Sent)
    assert box.connections == 2


def test_every_kind_of_channel_has_a_shape() -> None:
    from engine.channels.table import CHANNELS

    assert set(BLOCKS) == set(CHANNELS)
    assert tuple(PORTS) == SECURITY


def test_letter_on_the_wire_has_only_ascii_and_whole_line_ends(account: Smtp) -> None:
    raw = account._letter(LETTER, MailAddress("a", "example.com")).as_bytes()

    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert BytesParser(policy=policy.default).parsebytes(raw)["To"] == "a@example.com"
