"""Fixes of values: dates, times, numbers, yes and no, in the spelling that files have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from engine.assist.mending.quoting import quoted
from engine.assist.mending.source import Case, Fix
from engine.assist.mending.words import nearest_word, unwanted

_DATE = re.compile(r"(\d{4})\s*[/.年-]\s*(\d{1,2})\s*[/.月-]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(\d{1,2})\s*[:：点时.]\s*(\d{1,2})?\s*分?")
_YES, _NO = {"yes", "y", "on", "true", "1", "对", "真"}, {"no", "n", "off", "false", "0", "错", "假", "不"}
_ZONES = {
    "beijing": "Asia/Shanghai",
    "asia/beijing": "Asia/Shanghai",
    "北京": "Asia/Shanghai",
    "北京时间": "Asia/Shanghai",
}
_CODES = {
    "中国": "CN",
    "china": "CN",
    "rmb": "CNY",
    "人民币": "CNY",
    "元": "CNY",
    "美元": "USD",
    "usd": "USD",
}


def put_right(case: Case) -> Iterator[Fix]:
    """What the hint says to write, in place of what is written."""
    yield from _replaced(case, case.fact("value"), case.fact("nearest"))


def _replaced(case: Case, wrong: str, right: str) -> Iterator[Fix]:
    begin = case.find(wrong)
    if begin >= 0 and right and right != wrong:
        yield Fix("replace", case.put(begin, begin + len(wrong), right), facts={"text": right})


def day(case: Case) -> Iterator[Fix]:
    """`2026/3/31`."""
    found = _DATE.fullmatch(case.fact("value"))
    if found:
        try:
            right = date(*map(int, found.groups())).isoformat()
        except ValueError:
            return
        yield from _replaced(case, found[0], right)


def day_or_moment(case: Case) -> Iterator[Fix]:
    """`2026/3/31`, `tody`."""
    yield from day(case)
    yield from put_right(case)


def time_of_day(case: Case) -> Iterator[Fix]:
    """`9点`, `1:00`."""
    if case.kind == "empty":
        if case.here[case.begin : case.begin + 1] == "{" or case.group(case.begin):
            end = case.end_of_value(case.begin)
            text = 'at: "01:00"'
            yield Fix("add", case.put(end, end, f", {text}"), facts={"text": text})
        return
    wrong = case.fact("value")
    found = _TIME.fullmatch(wrong)
    if found and int(found[1]) < 24 and int(found[2] or 0) < 60:
        right = f"{int(found[1]):02}:{int(found[2] or 0):02}"
        begin = case.find(wrong)
        is_quoted = case.here[begin - 1 : begin] in {'"', "'"}
        text = right if is_quoted else quoted(right)
        yield Fix("replace", case.put(begin, begin + len(wrong), text), facts={"text": right})


def number(case: Case) -> Iterator[Fix]:
    """`100,000`, `10 万`, `3.5元`."""
    wrong = case.fact("value")
    found = re.fullmatch(r"[¥￥$]?\s*([\d,]+(?:\.\d+)?)\s*(万|千|元|块|个|人|位)?", wrong)
    if found is None:
        return
    times = {"万": 10_000, "千": 1_000}.get(found[2] or "", 1)
    value = float(found[1].replace(",", "")) * times
    right = f"{value:.4f}".rstrip("0").rstrip(".")
    yield from _replaced(case, wrong, right)


def yes_no(case: Case) -> Iterator[Fix]:
    """`on` behind a field of yes and no."""
    wrong = case.fact("value").casefold()
    wanted = ("是",) if wrong in _YES else ("否",) if wrong in _NO else ("是", "否")
    for right in wanted:
        yield from _replaced(case, case.fact("value"), right)


def of_kind(case: Case) -> Iterator[Fix]:
    """W213: `yes` for `true`, a single value for a list, a number that is a text."""
    value, right = case.fact("value"), case.fact("nearest")
    if case.kind == "boolean" and right:
        yield from _replaced(case, value, right)
    elif case.kind == "boolean" and value:
        yield from (one for word in ("true", "false") for one in _replaced(case, value, word))
    elif case.kind == "trigger" and (said := re.fullmatch(r"every (\w+(?: \w+)?)", value)):
        text = f'{{every: {said[1]}, at: "01:00"}}'
        yield from _replaced(case, value, text)
    elif case.kind == "integer" and (found := re.fullmatch(r"\"?(\d+)\D*\"?", case.pointed)):
        yield Fix(
            "replace",
            case.put(case.begin, case.begin + len(case.pointed), found[1]),
            facts={"text": found[1]},
        )


def bound(case: Case) -> Iterator[Fix]:
    """W216: too small, too large, or in capitals."""
    value = case.fact("value")
    if case.kind in {"minimum", "maximum"}:
        yield from _replaced(case, value, case.fact("bound"))
    elif case.kind == "pattern_id" and value.isascii():
        right = re.sub(r"[^a-z0-9]+", "-", value.casefold()).strip("-")[:64]
        yield from _replaced(case, value, right)
    elif case.kind in {"pattern_currency", "pattern_country"}:
        right = _CODES.get(value.casefold(), value.upper())
        if re.fullmatch(r"[A-Z]{2,3}", right):
            yield from _replaced(case, value, right)
    elif case.kind in {"pattern_from", "pattern_to"}:
        yield from time_of_day(case)


def compared_day(case: Case) -> Iterator[Fix]:
    """W231: a date and a length, and the comparisons of the other."""
    word, value = case.fact("word"), case.fact("value")
    if case.kind == "day":
        found = re.search(r", (\w+): ", case.fact("nearest"))
        place = case.here.rfind(f"{word}:", 0, case.begin)
        if found and place >= 0:
            yield Fix("replace", case.put(place, place + len(word), found[1]), facts={"text": found[1]})
        return
    entry = re.compile(rf"field: ?([^,{{}}]+), ?\w+: ?{re.escape(value)}")
    for found in entry.finditer(case.here):
        if found.start() < case.begin < found.end():
            right = f"time_since: {found[1]}, {word}: {case.fact('length')}"
            yield Fix("replace", case.put(found.start(), found.end(), right), facts={"text": right})


def every(case: Case) -> Iterator[Fix]:
    """W255 and W256: what `every` and `day` may be."""
    if case.kind == "unwanted":
        yield from unwanted(case)
    elif case.kind == "every" and case.fact("value"):
        yield from nearest_word(case)
    elif case.kind == "last":
        yield from _replaced(case, case.fact("value"), "last")
    elif case.fact("nearest"):
        yield from nearest_word(case)
    elif case.one.code == "W256" and case.kind == "empty" and case.group(case.begin):
        end = case.end_of_value(case.begin)
        yield Fix("add", case.put(end, end, ", day: 1"), facts={"text": "day: 1"})


def zone(case: Case) -> Iterator[Fix]:
    """W253: the zone of China has the name of another city."""
    yield from _replaced(case, case.fact("value"), _ZONES.get(case.fact("value").casefold(), ""))


def only_the_day(case: Case) -> Iterator[Fix]:
    """W235: a date with a time of day where only the day counts."""
    yield from _replaced(case, case.fact("value"), case.fact("value").partition(" ")[0])


def once_a_day(case: Case) -> Iterator[Fix]:
    """W292: `event`, where there are only times."""
    if case.kind == "clock":
        yield from _replaced(case, "event", "day")


def compared_in_text(case: Case) -> Iterator[Fix]:
    """W567: a number in quotes."""
    found = re.compile(rf"(['\"]){re.escape(case.fact('value'))}\1").search(case.here, case.begin)
    if case.kind == "number" and found:
        right = case.fact("value")
        yield Fix("replace", case.put(found.start(), found.end(), right), facts={"text": right})


def without_filter(case: Case) -> Iterator[Fix]:
    """W566: `| round` behind what is no number."""
    found = re.compile(rf"\s*\|\s*{case.fact('word')}(\([^)]*\))?").search(case.here, case.begin)
    if found:
        yield Fix("remove", case.put(found.start(), found.end(), ""), facts={"text": found[0].strip()})


def cron(case: Case) -> Iterator[Fix]:
    """W250: signs and shorthands of other schedulers."""
    text = case.pointed.strip("\"'")
    parts = text.split()
    macros = {"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *"}
    macros |= {
        "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    }
    right = ""
    if case.kind == "macro":
        right = macros.get(text, "")
    elif case.kind == "seconds":
        right = " ".join(parts[1:])
    elif case.kind == "seconds_and_year":
        right = " ".join(parts[1:6])
    elif case.kind == "character" and "?" in text:
        right = text.replace("?", "*")
    yield from _replaced(case, text, right)


def same_as_before(case: Case) -> Iterator[Fix]:
    """W598 and W599: what the published version says."""
    wrong = case.fact("id") or case.fact("new")
    yield from _replaced(case, wrong, case.fact("old"))


def called_now(case: Case) -> Iterator[Fix]:
    """W597: what a field is called now."""
    if case.kind != "option":
        yield from _replaced(case, case.fact("value"), case.fact("name").partition("\x1f")[0])


def to_the_owner(case: Case) -> Iterator[Fix]:
    """W248: a notice to the customer was meant for the colleague."""
    if case.pointed == "customer":
        yield from _replaced(case, "customer", "owner")


def blank_value(case: Case) -> Iterator[Fix]:
    """W210: a blank that was meant to clear a field."""
    found = re.compile(r"([\"'])\s*\1").search(case.here, case.begin)
    if case.kind == "blank" and found:
        right = "{clear: true}"
        yield Fix("replace", case.put(found.start(), found.end(), right), facts={"text": right})


def wide_in_text(case: Case) -> Iterator[Fix]:
    """W280: full-width signs between braces, and `=` for `==`."""
    if case.kind == "wide_sign":
        yield from _replaced(case, case.fact("value"), case.fact("nearest"))
    elif case.kind == "equal":
        place = re.compile(r"(?<![=!<>])=(?!=)").search(case.here, case.begin)
        if place:
            yield Fix("replace", case.put(place.start(), place.end(), "=="), facts={"text": "=="})
