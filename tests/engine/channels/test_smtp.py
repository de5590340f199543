"""`kind: smtp` against a real mail server: what it gets, and what each of its answers means for a letter."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from engine.channels import talk
from engine.channels.parcel import InDoubt, Later, Outcome, Parcel, Refused, Sent
from engine.channels.smtp import PORTS, Smtp
from engine.files.channels import BLOCKS, SECURITY
from engine.model.diagnostics import ChannelError
from engine.shapes.addresses import MailAddress, read_address, read_sender
from tests.engine.mail_server import LOCAL, Mailbox, certificate, mail_server, passwords, rude_server
from tests.lacks import lacks

SENDER = MailAddress("crm", "example.cn", "某公司")
LETTER = Parcel(
    key="7/actions/0",
    run=1,
    at="2026-03-30T17:00:00Z",
    channel="email",
    to="a@example.com",
    subject="张总，近况可好？",
    body="您好：\n.\n第二行\n..三",
    record="C7",
    template="唤醒",
)


@pytest.fixture(name="box")
def _box() -> Mailbox:
    return Mailbox()


@pytest.fixture(name="account")
def _account(box: Mailbox) -> Iterator[Smtp]:
    with mail_server(box) as port:
        account = Smtp(LOCAL, SENDER, port=port, security="none", timeout=0.5)
        yield account
        account.close()


def to(address: str, **changed: Any) -> Parcel:
    return replace(LETTER, to=address, **changed)


def send(account: Smtp, parcel: Parcel = LETTER) -> Outcome:
    (outcome,) = account.send([parcel])
    return outcome


def text_of(letter: EmailMessage) -> str:
    return letter.get_content().replace("\r\n", "\n")


def hasty(port: int) -> Smtp:
    """An account that waits for half a second."""
    return Smtp(LOCAL, SENDER, port=port, security="none", timeout=0.5)


def failure(account: Smtp, parcel: Parcel = LETTER) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        account.send([parcel])
    return caught.value


# --- what arrives ----------------------------------------------------------------------------------------


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


# --- answers ---------------------------------------------------------------------------------------------


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


# --- waiting ---------------------------------------------------------------------------------------------


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


# --- secrets ---------------------------------------------------------------------------------------------


@pytest.fixture(name="pem", scope="module")
def _pem(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A certificate for this machine that it has made itself, with its key."""
    if shutil.which("openssl") is None:
        lacks("openssl is not installed")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*made, "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True)
    path.write_text(path.read_text("ascii") + Path(f"{path}.crt").read_text("ascii"), "ascii")
    return str(path)


def test_starttls_and_login(box: Mailbox, pem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{pem}.crt")
    known = passwords({"crm": "geheim"})
    options = {"tls_context": certificate(pem), "require_starttls": True, "auth_required": True}
    with mail_server(box, authenticator=known, **options) as port:
        login = {"username": "crm", "password_env": "MAIL", "environment": {"MAIL": "geheim"}}
        right = Smtp(LOCAL, SENDER, port=port, timeout=5, **login)  # type: ignore[arg-type]  # of several types
        wrong = replace(right, environment={"MAIL": "falsch"})

        assert isinstance(send(right), Sent)
        right.close()
        found = failure(wrong)

    assert found.code == "W715", found.facts
    assert "falsch" not in str(found.facts)
    assert len(box.letters) == 1


def test_certificate_that_nobody_vouches_for_is_refused(box: Mailbox, pem: str) -> None:
    with mail_server(box, tls_context=certificate(pem)) as port:
        assert failure(Smtp(LOCAL, SENDER, port=port, timeout=5)).code == "W713"
    assert box.asked == []


def test_nothing_is_sent_in_the_clear_where_encryption_is_asked_for(box: Mailbox) -> None:
    with mail_server(box) as port:
        assert failure(Smtp(LOCAL, SENDER, port=port, timeout=5)).code == "W714"
    assert box.senders == []


def test_password_that_is_not_set_is_told_by_the_name_of_its_variable(box: Mailbox) -> None:
    account = Smtp(LOCAL, SENDER, port=9, username="crm", password_env="MAIL")

    found = failure(account)

    assert (found.code, found.facts) == ("W719", {"name": "MAIL"})


def test_account_does_not_show_its_secrets() -> None:
    assert "geheim" not in repr(Smtp(LOCAL, SENDER, environment={"MAIL": "geheim"}))


# --- addresses -------------------------------------------------------------------------------------------

NOT_IN_A_NAME = ",;% \n\0@<"
GOOD = ["a@example.com", "a.b+c@mail.example.co", "o'neil@example.org", "A_1@EXAMPLE.COM"]
BAD = [
    "", "a", "@example.com", "a@", "a@localhost", "a@example..com", ".a@example.com", "a..b@example.com",
    "a@example.com, b@example.com", "a@example.com,b@example.com", "a@example.com;b@example.com",
    "a@example.com b@example.com", "a@b.com@example.com", "a%b.com@example.com", "b.com!a@example.com",
    '"a b"@example.com', "a@example.com\r\nRCPT TO:<b@example.com>", "a@example.com\n", "a\0@example.com",
    "a@exa\0mple.com", "<a@example.com>", "x <a@example.com>", "张@example.com", "a@[127.0.0.1]", "a@-b.com",
    "a@example.com>", "a(b)@example.com", "a\\@example.com", "a" * 65 + "@example.com",
    "a@" + "b." * 130 + "com", "a\u2028@example.com", "a@example.com\u3000", "＠example.com",
    "a＠example.com",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_good_address_is_taken_as_it_is(text: str) -> None:
    found = read_address(text)

    assert found is not None
    assert found.spec == text


@pytest.mark.parametrize("text", BAD)
def test_what_is_not_plainly_one_address_is_refused_without_a_word_to_the_server(text: str) -> None:
    nobody = Smtp("no.such.host.invalid", SENDER, timeout=0.1)

    assert send(nobody, to(text)) == Refused("W710")


def test_domain_in_other_letters_is_told_as_the_dns_knows_it() -> None:
    found = read_address("a@例子.cn")

    assert found is not None
    assert found.spec == "a@xn--fsqu00a.cn"


@pytest.mark.parametrize(
    "text, shown",
    [
        ("crm@example.cn", ("crm@example.cn", "")),
        ("某公司 <crm@example.cn>", ("crm@example.cn", "某公司")),
        ('"A, B" <crm@example.cn>', ("crm@example.cn", "A, B")),
    ],
)
def test_sender_may_have_a_name(text: str, shown: tuple[str, str]) -> None:
    found = read_sender(text)

    assert found is not None
    assert (found.spec, found.name) == shown


@pytest.mark.parametrize("text", ["", "a, b <crm@example.cn>", "x <a@b.cn> <c@d.cn>", "x\r\ny <a@b.cn>", "x"])
def test_what_is_no_sender(text: str) -> None:
    assert read_sender(text) is None


def test_five_hundred_strange_addresses_give_one_recipient_or_a_refusal(account: Smtp, box: Mailbox) -> None:
    dice = random.Random(17)
    pieces = ["a", "b@example.com", "@", ",", ";", " ", "\r\n", "\n", "\0", "%", "!", "<", ">", '"', ".",
              "张", "RCPT TO:<x@example.com>", "example.com", "\t", ":", "\\", "(", ")", "\u2028", "＠",
              "="]  # fmt: skip
    strange = ["".join(dice.choices(pieces, k=dice.randint(1, 6))) for _ in range(400)]
    strange += [
        f"a{dice.choice(pieces + list('bcdefgh'))}{n}@example{dice.choice('tuvwxyz' + NOT_IN_A_NAME)}.com"
        for n in range(100)
    ]

    outcomes = account.send([to(one) for one in strange])

    taken = [one for one, outcome in zip(strange, outcomes, strict=True) if isinstance(outcome, Sent)]
    assert {type(one) for one in outcomes} == {Sent, Refused}
    assert len(box.recipients) == len(taken) > 10
    assert all(len(one) == 1 for one in box.recipients)
    assert [one for (one,) in box.recipients] == taken
    assert len(box.asked) == len(taken)


# --- what the settings may say ---------------------------------------------------------------------------


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
