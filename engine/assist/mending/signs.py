"""Fixes of signs that YAML reads otherwise: colons, commas, quotes, blanks, comments (W105 to W124)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.assist.mending.quoting import quoted
from engine.assist.mending.source import Case, Fix
from engine.misread import CLOSING, WIDE

_BLANKS = re.compile("[\t\u00a0\u202f\u3000\u200b\u2060\ufeff]+")
_SEPARATOR = re.compile("[，、；;] *")
_WIDE_BRACES = re.compile(r"[｛{]{2}([^｛｝{}]*)[｝}]{2}")
_CLOSES = {"【": "】]］", "［": "］]】", "｛": "｝}", "(": ")）", "（": "）)"}


def blank(case: Case) -> Iterator[Fix]:
    """W110: a Tab, a full-width or an unseen blank."""
    found = _BLANKS.match(case.here, case.begin) or _BLANKS.search(case.here, case.begin)
    if found is None:
        return
    before, after = case.here[: found.start()], case.here[found.end() :]
    if case.kind == "tab" and not case.here[: found.end()].strip():
        lead = re.match(r"[ \t]*", case.here)
        width = len(lead[0].replace("\t", "  ")) if lead else 0
        yield Fix("blank", case.put(0, lead.end() if lead else 0, " " * width), is_certain=True)
        return
    text = "" if case.kind == "invisible" or not after.strip() or before.endswith(" ") else " "
    if not before.strip():
        text = "" if case.kind == "invisible" or not before else " " * len(found[0])
    yield Fix("blank", case.put(found.start(), found.end(), text), is_certain=True)


def braces(case: Case) -> Iterator[Fix]:
    """W112: `{{ … }}` at the beginning of a value, or in one, without quotes."""
    yield from _in_quotes(case, case.begin_of_value(case.begin), is_certain=True)


def in_quotes(case: Case) -> Iterator[Fix]:
    """W105, and a value that begins with a sign: it is a text."""
    yield from _in_quotes(case, case.begin, is_certain=case.one.code == "W104")


def _in_quotes(case: Case, begin: int, *, is_certain: bool) -> Iterator[Fix]:
    end = case.end_of_value(begin)
    text = case.here[begin:end]
    if text and text[0] not in "\"'":
        yield Fix("quote", case.put(begin, end, quoted(text)), is_certain=is_certain)


def wide(case: Case) -> Iterator[Fix]:
    """W113: a full-width sign, or a colon without a blank."""
    sign, right, begin = case.fact("sign"), case.fact("nearest"), case.begin
    if case.kind == "digits":
        yield from _put_right(case, sign, right)
        return
    if case.here[begin : begin + 1] != sign:
        return
    if case.kind == "colon":
        yield Fix("space", case.put(begin + 1, begin + 1, " "), is_certain=True)
        return
    begin, end, text = _widened(case, sign, right)
    yield Fix("replace", case.put(begin, end, text), is_certain=True, facts={"text": right})


def _widened(case: Case, sign: str, right: str) -> tuple[int, int, str]:
    """What has to be changed along with a sign: its other half, its like in the same list."""
    begin, here = case.begin, case.here
    for found in _WIDE_BRACES.finditer(here):
        if found.start() <= begin < found.end() and sign in "｛｝":
            return found.start(), found.end(), f"{{{{{found[1]}}}}}"
    closes = _CLOSES.get(sign, "")
    closing = next((place for place in range(len(here) - 1, begin, -1) if here[place] in closes), 0)
    if closing:
        inner = _SEPARATOR.sub(", ", here[begin + 1 : closing])
        return begin, closing + 1, f"{right}{inner}{WIDE.get(here[closing], here[closing])}"
    group = case.group(begin)
    if sign in "，、；;" and group and here[group[0]] == "[":
        return group[0], group[1], _SEPARATOR.sub(", ", here[group[0] : group[1]])
    after = here[begin + 1 : begin + 2]
    return begin, begin + 1, right if after in {" ", "", right} or right in "{}[]" else f"{right} "


def _put_right(case: Case, wrong: str, right: str, *, is_certain: bool = True) -> Iterator[Fix]:
    begin = case.find(wrong)
    if begin >= 0:
        yield Fix("replace", case.put(begin, begin + len(wrong), right), is_certain, {"text": right})


def curly_quotes(case: Case) -> Iterator[Fix]:
    """W115: `“ ”` where quotes belong."""
    right, begin = case.fact("nearest"), case.begin
    inner = right[1:-1]
    end = next(
        (
            place
            for place in range(begin + 1, len(case.here))
            if case.here[place] in CLOSING and _told(case.here[begin + 1 : place]) == _told(inner)
        ),
        -1,
    )
    if end > 0:
        yield Fix("replace", case.put(begin, end + 1, right), is_certain=True, facts={"text": right})


def _told(text: str) -> str:
    return re.sub(r"[\s，,]+", ",", text)


def comment(case: Case) -> Iterator[Fix]:
    """W116: `//`, `＃` and `#` without a blank."""
    sign = case.fact("sign")
    place = case.find(sign)
    if place < 0:
        return
    if case.kind == "cut":
        begin = case.begin_of_value(place)
        end = len(case.here.rstrip())
        whole = case.here[begin:end]
        closing = re.search(r"(?:, [a-z_]+: .*|\s*)[}\]]+$", whole) if case.here[:begin].count("{") else None
        text = whole[: closing.start()] if closing else whole
        if text[:1] not in "\"'":
            yield Fix("quote", case.put(begin, begin + len(text), quoted(text)))
        yield Fix("comment", case.put(place, place + 1, "# "))
        return
    if case.kind == "line":
        yield Fix("comment", case.put(place, place + len(sign), "# "))
        return
    begin = len(case.here[:place].rstrip())
    rest = case.here[place + len(sign) :].lstrip()
    yield Fix("comment", case.put(begin, len(case.here), f" # {rest}"))


def placeholder(case: Case) -> Iterator[Fix]:
    """W118: `${客户名称}` in a text."""
    sign, right = case.fact("sign"), case.fact("nearest")
    begin = case.find(sign)
    if begin < 0:
        return
    start = case.begin_of_value(begin)
    if case.here[start : start + 1] in {'"', "'"}:
        yield Fix("replace", case.put(begin, begin + len(sign), right), facts={"text": right})
        return
    end = case.end_of_value(start)
    told = case.here[start:begin] + right + case.here[begin + len(sign) : max(end, begin + len(sign))]
    whole = quoted(told) if not case.here.lstrip().startswith("{{") else told
    yield Fix("replace", case.put(start, max(end, begin + len(sign)), whole), facts={"text": right})


def comparison_sign(case: Case) -> Iterator[Fix]:
    """W119: `at_least: >=5`, `<=: 5`, `席位数 >= 5`."""
    sign, right = case.fact("sign"), case.fact("nearest")
    begin = case.find(sign)
    if begin < 0:
        return
    end = begin + len(sign)
    word, colon, value = right.partition(": ")
    before = re.search(r"[a-z_]+:\s*[\"']?$", case.here[:begin])
    if case.kind != "formula" and colon and before:
        found = re.match(r"\s*[^,}\]#\"']*[\"']?", case.here[end:])
        stop = end + len(found[0].rstrip()) if found else end
        yield Fix("replace", case.put(before.start(), stop, f"{word}: {value}"), facts={"text": right})
        return
    group = case.group(begin) if case.kind == "formula" else None
    if group and case.here[group[0]] == "{" and case.here[group[0] + 1 : group[1]].strip(" :") == sign:
        begin, end = group[0], group[1] + 1
    yield Fix("replace", case.put(begin, end, word if not colon else right), facts={"text": right})


def bare_list(case: Case) -> Iterator[Fix]:
    """W123: `is: A, B`, `is: (A, B)`, `is: {A, B}`."""
    right = case.fact("nearest")
    inner = right[right.index("[") + 1 : -1] if "[" in right else ""
    begin = case.begin
    if case.kind != "bracket":
        key = f"{right.partition(':')[0]}:"
        begin = case.here.rfind(key, 0, case.begin)
    last = inner.rpartition(", ")[2]
    end = case.here.find(last, case.begin if case.kind == "bracket" else max(begin, case.begin)) + len(last)
    if begin < 0 or not inner or end < len(last):
        return
    end += case.kind == "bracket" and case.here[end : end + 1] in set("})]）］】")
    text = f"[{inner}]" if case.kind == "bracket" else right
    yield Fix("replace", case.put(begin, end, text), facts={"text": text})


def equals_sign(case: Case) -> Iterator[Fix]:
    """W124: `status = paused`."""
    right = case.fact("nearest")
    found = re.search(r"[^\s:={}\[\]]+\s*$", case.here[: case.begin])
    if found:
        end = len(case.here.rstrip())
        told = re.sub(r"\s+#.*$", "", case.here[found.start() : end])
        yield Fix("replace", case.put(found.start(), found.start() + len(told), right), facts={"text": right})
