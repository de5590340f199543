"""What is plainly one address, and who may be a sender."""

from __future__ import annotations

import random

import pytest

from engine.channels.parcel import Refused, Sent
from engine.channels.smtp import Smtp
from engine.shapes.addresses import read_address, read_sender
from tests.engine.channels.letters import SENDER, send, to
from tests.engine.mail_server import Mailbox

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
