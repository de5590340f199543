"""What people decide about sending, from the command line to a real mail server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, Said, stories_in
from tests.engine.mail_server import LOCAL, Mailbox, mail_server
from tests.stores import Place

NIGHT, NOON = "2026-03-31T01:05", "2026-03-31T12:30"
AT, LATER, MONTH = "2026-03-31T10:00", "2026-03-31T10:10", "2026-05-20T10:00"
WORKFLOW = """
id: wake
name: 唤醒
module: 客户
trigger: {every: day, at: "01:00"}
actions:
  - send_template: {template: 近况, to: customer, via: email}
"""
TEMPLATE = """
name: 近况
class: service
versions:
  - email: {subject: "{{ 客户名称 }}，近况可好？", html: "<p>您好</p>"}
"""
GUARDS = "guards: {messages: {at_most: 500, share: 100 %}}\n"


class Desk(Company):
    """A workspace with a mail account, and what its commands say."""

    def call(self, *arguments: str, at: str = "", lang: str = "en") -> Said:
        return super().call(*arguments, "--lang", lang, at=at)

    def copied(self, name: str, at: str) -> Desk:
        """Its folder with all files, and its database."""
        root = shutil.copytree(self.root, self.root.parent / name)
        path = self.place.path
        place = self.place.copied(name) if path is None else Place.at(str(root / path.relative_to(self.root)))
        return Desk(root, place, at=at)

    def letters(self, *arguments: str) -> list[dict[str, Any]]:
        return list(self.answer("outbox", *arguments))

    def states(self) -> list[str]:
        return [one["state"] for one in reversed(self.letters())]


@pytest.fixture(name="box")
def _box() -> Mailbox:
    return Mailbox()


@pytest.fixture(name="desk")
def _desk(each_store: str, tmp_path: Path, box: Mailbox) -> Iterator[Desk]:
    root = stories_in(tmp_path / "w")
    (root / "wake.yaml").write_text(WORKFLOW, encoding="utf-8")
    (root / "templates" / "t.yaml").write_text(TEMPLATE, encoding="utf-8")
    with mail_server(box) as port:
        account = f"{{kind: smtp, host: {LOCAL}, port: {port}, security: none, from: crm@example.cn}}"
        settings = f"time_zone: Asia/Shanghai\nchannels: {{email: {account}, sms: {{kind: file}}}}\n"
        (root / "workspace.yaml").write_text(settings + GUARDS, encoding="utf-8")
        desk = Desk(root, at=AT)
        mail = {"邮件同意": "是"}
        desk.bring(
            "客户",
            [{"编号": f"C{n}", "客户名称": f"客户{n}", "邮箱": f"c{n}@example.com"} | mail for n in range(4)],
        )
        yield desk


def test_run_sends_real_mail_and_says_what_was_refused(desk: Desk, box: Mailbox) -> None:
    box.at_recipient["c1@example.com"] = "550 no such user"

    code, out, _ = desk.call("run", "wake")

    assert code == 3
    assert "1 could not be sent" in out
    assert [to for (to,) in box.recipients] == ["c0@example.com", "c2@example.com", "c3@example.com"]
    assert {one.get_content_type() for one in box.letters} == {"text/html"}
    assert desk.states() == ["sent", "failed", "sent", "sent"]
    (dead,) = desk.letters("--state", "failed")
    assert dead["answer"] == {"code": "W717", "answer": "550 no such user"}
    assert "Refused for good: 550 no such user"[:20] in desk.call("outbox", "--state", "failed")[1]


def test_stopped_sending_is_told_once_and_resumed(desk: Desk, box: Mailbox) -> None:
    assert desk.call("stop-sending", "--by", "Li", "--because", "wrong text")[0] == 0

    code, _, err = desk.call("run", "wake")

    assert code == 3
    assert (err.count("W722"), "Li" in err, "wrong text" in err) == (1, True, True)
    assert (box.letters, set(desk.states())) == ([], {"waiting"})

    assert "Resumed" in desk.call("resume-sending", "--by", "Li")[1]
    assert "Nothing was stopped" in desk.call("resume-sending", "--by", "Li")[1]
    desk.call("run", "wake")
    assert (len(box.letters), set(desk.states())) == (4, {"sent"})


@pytest.mark.parametrize(
    "lang, told",
    [
        ("en", ["1 could not be sent", "2 in doubt", "wakeline outbox --state in_doubt"]),
        ("zh", ["1 封没有发出去", "2 封不确定送到没有", "wakeline outbox --state in_doubt"]),
    ],
)
def test_run_says_how_many_letters_are_in_doubt(desk: Desk, box: Mailbox, lang: str, told: list[str]) -> None:
    box.at_text = {"c0@example.com": "cut", "c1@example.com": "nonsense", "c2@example.com": "552 too large"}

    code, out, _ = desk.call("run", "wake", lang=lang)

    assert code == 3
    assert [one for one in told if one not in out] == []
    assert desk.states() == ["in_doubt", "in_doubt", "failed", "sent"]
    assert "nonsense" in desk.call("outbox", "--state", "in_doubt", lang=lang)[1]


def test_machines_are_told_of_letters_in_doubt(desk: Desk, box: Mailbox) -> None:
    box.at_text = {"c0@example.com": "cut"}

    (run,) = json.loads(desk.call("run", "wake", "--format", "json")[1])

    assert (run["sent"], run["not_sent"], run["in_doubt"]) == (3, 0, 1)


@pytest.mark.parametrize("command", [("run",), ("start", "--once")])
@pytest.mark.parametrize("lang, told", [("en", "4 could not be sent"), ("zh", "4 封没有发出去")])
def test_letters_that_had_waited_and_cannot_leave_again_are_told_although_nothing_is_due(
    desk: Desk, box: Mailbox, command: tuple[str, ...], lang: str, told: str
) -> None:
    # given: a night whose letters could not leave
    box.at_sender = "421 closing"
    desk.at = NIGHT
    assert desk.call("run")[0] == 3

    # when
    desk.at = AT
    code, out, err = desk.call(*command, lang=lang)

    # then
    assert (code, told in out, "W745" in err) == (3, True, True)
    assert set(desk.states()) == {"waiting"}

    # when: the server works again
    box.at_sender, desk.at = "", NOON
    code, out, err = desk.call(*command, lang=lang)

    # then
    assert (code, "4" in out, "W745" in err) == (0, True, False)
    assert set(desk.states()) == {"sent"}
    assert desk.call(*command, lang=lang)[0] == 0


def test_machines_are_told_beside_the_runs_that_letters_cannot_leave(desk: Desk, box: Mailbox) -> None:
    box.at_text = {"c0@example.com": "451 later", "c1@example.com": "451 later"}
    desk.at = NIGHT
    desk.call("run")
    box.at_text["c1@example.com"] = "cut"

    desk.at = AT
    code, out, err = desk.call("run", "--format", "json")

    assert (code, json.loads(out)) == (3, [])
    assert ("1 could not be sent" in err, "1 in doubt" in err) == (True, True)


def test_run_says_which_letters_wait_for_a_better_time_or_are_not_sent(desk: Desk, box: Mailbox) -> None:
    """Quiet hours, and a customer who does not agree any more."""
    # given
    template = desk.root / "templates" / "t.yaml"
    template.write_text(template.read_text("utf-8").replace("class: service", "class: commercial"), "utf-8")
    with (desk.root / "workspace.yaml").open("a", encoding="utf-8") as file:
        file.write('quiet_hours: {from: "21:00", to: "09:00"}\n')
    desk.at = NIGHT

    # when
    code, out, _ = desk.call("run")

    # then
    assert (code, "4 wait for a better time" in out) == (0, True)

    # when
    with desk.place.look() as connection:
        connection.execute("UPDATE customers SET email_ok = 0 WHERE id = 'C1'")
    desk.at = NOON
    code, out, _ = desk.call("run")

    # then
    assert (code, "3 sent" in out, "1 is not sent any more" in out) == (0, True, True)
    told = desk.call("explain", "wake", "--record", "C2", "--run", "last").out
    assert "(sent; kept until 2026-03-31 09:" in told
    assert ": quiet hours)" in told


def test_letters_in_doubt_are_listed_and_settled(desk: Desk, box: Mailbox) -> None:
    box.at_text = {f"c{n}@example.com": "cut" for n in (0, 1, 2)}
    code, _, _ = desk.call("run", "wake")
    assert code == 3
    doubtful = [one["id"] for one in desk.letters("--state", "in_doubt")]
    first, second, third = sorted(doubtful)
    box.at_text.clear()

    assert desk.call("settle", str(first), "--sent", "--by", "Li")[0] == 0
    assert desk.call("settle", str(second), "--resend", "--by", "Li")[0] == 0
    assert desk.call("settle", str(third), "--drop", "--by", "Li")[0] == 0
    desk.at = LATER
    desk.call("run", "wake")

    assert desk.states() == ["sent", "sent", "dropped", "sent"]
    assert {one["settled_by"] for one in desk.letters() if one["id"] in doubtful} == {"Li"}
    keys = [str(one["Message-ID"]) for one in box.letters]
    assert len(keys) == len(set(keys)) + 1


def test_suppressed_address_is_told_and_lifted_by_a_person(desk: Desk, box: Mailbox) -> None:
    # given: a mail server that knows nobody of that name, twice
    box.at_recipient["c1@example.com"] = "550 5.1.1 no such user"
    for _ in range(2):
        desk.call("run", "wake")
        (dead,) = desk.letters("--state", "failed")
        desk.call("settle", str(dead["id"]), "--resend", "--by", "Li")

    # when: the letter waits once more
    desk.call("run", "wake")

    # then: it does not leave, and says why, until a person says that the address is right
    (kept,) = desk.letters("--state", "suppressed")
    assert kept["answer"] == {"code": "W725"}
    assert box.asked.count("c1@example.com") == 2
    assert "This address was refused twice"[:20] in desk.call("outbox", "--state", "suppressed")[1]
    assert "W736" in desk.call("settle", str(kept["id"]), "--sent", "--by", "Li")[2]
    box.at_recipient.clear()
    assert desk.call("settle", str(kept["id"]), "--resend", "--by", "Li")[0] == 0
    desk.call("run", "wake")
    assert desk.states() == ["sent"] * 4


@pytest.mark.parametrize(
    "arguments, code",
    [
        (("settle", "1", "--by", "Li"), "W737"),
        (("settle", "1", "--sent", "--drop", "--by", "Li"), "W737"),
        (("settle", "99", "--drop", "--by", "Li"), "W735"),
        (("settle", "1", "--resend", "--by", "Li"), "W736"),
    ],
)
def test_what_cannot_be_settled_is_told(desk: Desk, arguments: tuple[str, ...], code: str) -> None:
    desk.call("run", "wake")

    for lang in ("en", "zh"):
        exit_code, _, err = desk.call(*arguments, lang=lang)
        assert (exit_code, code in err) == (2, True)
    assert set(desk.states()) == {"sent"}


def test_decisions_need_a_name(desk: Desk) -> None:
    for command in (["stop-sending"], ["resume-sending"], ["settle", "1", "--drop"], ["confirm-sending"]):
        assert desk.call(*command)[0] == 2


def test_copy_of_a_workspace_sends_nothing_until_it_is_confirmed(desk: Desk, box: Mailbox) -> None:
    desk.call("run", "wake")
    copy = desk.copied("copy", MONTH)
    with copy.place.look() as connection:
        connection.execute("UPDATE wakeline_outbox SET state = 'waiting', body = body || '!'")
    sent = len(box.letters)

    code, _, err = copy.call("run", "wake")
    assert (code, "W720" in err, len(box.letters)) == (3, True, sent)

    assert "Confirmed" in copy.call("confirm-sending", "--by", "Li")[1]
    copy.call("run", "wake")
    assert len(box.letters) == 2 * sent


def test_password_that_is_not_set_is_told_and_letters_wait(
    desk: Desk, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAKELINE_TEST_PASSWORD", raising=False)
    path = desk.root / "workspace.yaml"
    login = "username: crm, password_env: WAKELINE_TEST_PASSWORD, from: "
    path.write_text(
        path.read_text("utf-8").replace("security: none, from: ", f"security: starttls, {login}"), "utf-8"
    )

    code, _, err = desk.call("run", "wake")

    assert (code, "W719" in err, "WAKELINE_TEST_PASSWORD" in err) == (3, True, True)
    assert set(desk.states()) == {"waiting"}


def test_letters_wait_while_their_file_says_that_it_is_paused(desk: Desk, box: Mailbox) -> None:
    file, text = desk.root / "wake.yaml", WORKFLOW
    assert desk.call("stop-sending", "--by", "王一", "--because", "检查")[0] == 0
    desk.call("run")
    file.write_text(text + "status: paused\n", "utf-8")
    assert desk.call("resume-sending", "--by", "王一")[0] == 0
    desk.at = LATER
    desk.call("start", "--once")

    assert (desk.states(), box.recipients) == (["waiting"] * 4, [])
    assert "status: paused" in desk.call("outbox")[1]

    file.write_text(text, "utf-8")
    desk.at = "2026-03-31T10:30"
    desk.call("start", "--once")

    assert desk.states() == ["sent"] * 4
