"""Keys of records may hold anything: what nobody would see, or what moves a screen about, is told as such."""

from __future__ import annotations

import pytest

from tests.company import Company, nightly, stories_in

ACTIONS = nightly("actions: [{update_field: {行业: 机械}}, {create_task: {subject: 看, to: owner}}]\n")
LINES, COLOURS, TURNED = "C\n1", "C\x1b[31m2", "C\u202e3"
TOLD = ["C\\n1", "C\\x1b[31m2", "C\\u202e3"]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    found = Company(stories_in(tmp_path_factory.mktemp("keys")))
    found.write({"wake.yaml": ACTIONS})
    found.bring("员工", [{"编号": "S1", "姓名": "王\x07一"}])
    named = [{"编号": key, "客户名称": f"{key} 公司", "负责人": "S1"} for key in (LINES, COLOURS, TURNED)]
    found.bring("客户", named)
    found.done("run", "wake")
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "command",
    [
        ("undo", "1", "--dry-run", "--limit", "9"),
        ("journal",),
        ("enrollments",),
        ("explain", "wake", "--record", "{key}"),
        ("explain", "wake", "--record", "{key}", "--run", "1"),
        ("explain", "wake", "--record", "{key}?"),
        ("event", "told", "{key}"),
        ("plan", "told", "--limit", "9"),
        ("events",),
    ],
    ids=" ".join,
)
def test_what_is_not_seen_is_told(company: Company, command: tuple[str, ...], language: str) -> None:
    company.write(
        {
            "told.yaml": nightly("actions: [{add_tag: 高潜}]\n", key="told").replace(
                '{every: day, at: "01:00"}', "{when: by_hand}"
            )
        }
    )
    said = [
        company.call(*(one.format(key=key) for one in command), "--lang", language)
        for key in (LINES, COLOURS, TURNED)
    ]

    for (_, out, err), told in zip(said, TOLD, strict=True):
        assert told in out + err
        assert not {"\x1b", "\x07", "\u202e"} & set(out + err)


def test_machines_get_them_as_they_are(company: Company) -> None:
    assert {one["record"] for one in company.rows("enrollments")} == {LINES, COLOURS, TURNED}
