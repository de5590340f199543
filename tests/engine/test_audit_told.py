"""Details of the audit log in words: nothing of the files' own words is left in them."""

from __future__ import annotations

import pytest

from engine.report.audit import details_told
from engine.texts import Texts


@pytest.mark.parametrize(
    "language, choice, told",
    [
        ("zh", "keep", "说明：双十一；等待中的客户：留在原来的版本"),
        ("zh", "move", "说明：双十一；等待中的客户：改用新版本"),
        ("zh", "cancel", "说明：双十一；等待中的客户：取消等待"),
        ("en", "move", "note: 双十一; those who wait: move to the new version"),
    ],
)
def test_what_becomes_of_those_who_wait(language: str, choice: str, told: str) -> None:
    assert details_told(Texts.of(language), {"note": "双十一", "on_change": choice}) == told


def test_a_role_is_told_and_a_note_that_is_called_like_a_word_is_not() -> None:
    texts = Texts.of("zh")
    assert details_told(texts, {"before": "viewer", "after": "editor"}) == "查看者 → 编辑者"
    assert details_told(texts, {"note": "keep"}) == "说明：keep"
