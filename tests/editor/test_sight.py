"""What a viewer reads of phone numbers and addresses; what is neither stays as it is."""

from __future__ import annotations

import pytest

from editor.sight import masked


@pytest.mark.parametrize(
    "text, expected",
    [
        ("13812345678", "138****78"),
        ("138 1234 5678", "138****78"),
        ("+86 13812345678", "+86****78"),
        ("021-12345678", "021****78"),
        ("400-123-4567", "400****67"),
        ("电话：13812345678，邮箱：zhang.san@example.cn。", "电话：138****78，邮箱：z***@example.cn。"),
        ("a@b.example.com;c@d.example.com", "a***@b.example.com;c***@d.example.com"),
        ("张三@例子.中国", "张***@例子.中国"),
    ],
)
def test_numbers_and_addresses_are_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-31 01:00",
        "订单 20260331000123456",
        "C138123456789",
        "12,345.00",
        "3 天 @ 5",
        "K-13812345678",
    ],
)
def test_what_is_neither_stays(text: str) -> None:
    assert masked(text) == text
