"""Fixes of lines: indents, dashes, a key twice, quotes that are not closed, commas that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.actions import ACTIONS
from engine.assist.mending.quoting import quoted
from engine.assist.mending.source import Case, Fix
from engine.layout import Lines


def unreadable(case: Case) -> Iterator[Fix]:
    """W104: what the parser stumbled over, by what people usually did."""
    found = _UNREADABLE.get(case.kind)
    if found:
        yield from found(case)


def _colon(case: Case) -> Iterator[Fix]:
    """`subject: 主题: 回访`: the whole value is one text."""
    key = re.match(r"\s*(?:- )*[^\s:]+: ", case.here)
    begin = case.begin_of_value(case.begin - 1) if case.group(case.begin) else key.end() if key else -1
    if begin >= 0:
        before = case.here[:begin]
        if before.endswith(": ") and re.search(r": [^,{\[]*: $", before) and case.group(begin):
            begin = before.rfind(": ", 0, len(before) - 2) + 2
        end = case.end_of_value(begin)
        text = case.here[begin:end]
        if text and text[0] not in "\"'":
            yield Fix("quote", case.put(begin, end, quoted(text)), is_certain=True)


def _after(case: Case) -> Iterator[Fix]:
    """`name: "唤醒" 第一版`: quotes around all of it."""
    begin = case.here.find('"')
    end = len(case.here.rstrip())
    text = case.here[begin:end]
    if 0 <= begin < case.begin and "'" not in text and not case.group(begin):
        yield Fix("quote", case.put(begin, end, f"'{text}'"))


def _sign(case: Case) -> Iterator[Fix]:
    begin = case.begin
    end = case.end_of_value(begin)
    text = case.here[begin:end]
    if text and text[0] not in "\"'{}[],":
        yield Fix("quote", case.put(begin, end, quoted(text)), is_certain=True)


def _escape(case: Case) -> Iterator[Fix]:
    r"""`"C:\客户"`: single quotes leave the sign alone."""
    begin = case.here.rfind('"', 0, case.begin)
    end = case.here.find('"', case.begin)
    if begin >= 0 and end > begin and "'" not in case.here[begin:end]:
        yield Fix("quote", case.put(begin, end + 1, f"'{case.here[begin + 1 : end]}'"))


def _quote_inside(case: Case) -> Iterator[Fix]:
    """`"他说"好""`: Chinese quotation marks inside."""
    end = case.here.find('"', case.begin + 1)
    if end > 0:
        text = f"“{case.here[case.begin + 1 : end]}”"
        yield Fix("replace", case.put(case.begin, end + 1, text), is_certain=True, facts={"text": text})


def _open_quote(case: Case) -> Iterator[Fix]:
    """A quote without its other half: at the end of the value."""
    quote = case.fact("sign") or '"'
    line = case.here.rstrip()
    closing = re.search(r"[}\]]*$", line)
    ends = [closing.start() if closing else len(line), len(line) - 1, len(line)]
    for end in dict.fromkeys(ends) if "{" in line[: case.begin] else [len(line)]:
        if end > case.begin:
            yield Fix("close_quote", case.put(end, end, quote), is_certain=True)


def _bracket(case: Case) -> Iterator[Fix]:
    """A comma that is missing before a key, or a bracket that is not closed."""
    begin = case.begin
    key = re.search(r" +([a-z_]+)$", case.here[:begin])
    if key:
        yield Fix("comma", case.put(key.start(), key.start(), ","))
    line = case.here.rstrip()
    if line.count('"') % 2:
        end = len(line.rstrip("}]"))
        yield Fix("close_quote", case.put(end, end, '"'))
        return
    told = re.sub(r"\"[^\"]*\"|'[^']*'", lambda one: "_" * len(one[0]), line)
    for opening, closing in (("{", "}"), ("[", "]")):
        if told.count(opening) > told.count(closing):
            yield Fix("close", case.put(len(line), len(line), closing), facts={"text": closing})


def _control(case: Case) -> Iterator[Fix]:
    yield Fix("remove_sign", case.put(case.begin, case.begin + 1, ""), is_certain=True)


def _no_colon(case: Case) -> Iterator[Fix]:
    end = len(case.here.rstrip())
    yield Fix("colon", case.put(end, end, ":"))


def _nested(case: Case) -> Iterator[Fix]:
    """`trigger: every: day`: braces around the inner one."""
    right = case.fact("nearest")
    begin = case.here.find(f"{right.partition(':')[0]}:")
    if begin >= 0:
        yield Fix("replace", case.put(begin, len(case.here.rstrip()), right), facts={"text": right})


def _shift(case: Case) -> Iterator[Fix]:
    """A line, and what belongs to it, further left or right."""
    first, column = case.at.line, int(case.fact("column"))
    old = Lines(case.lines)
    new = old.shifted(first - 1, column - 1)
    changed = [place for place, line in enumerate(new) if line != case.lines[place]]
    if changed:
        lines = new[first - 1 : changed[-1] + 1]
        label = "indent" if column > case.at.column else "dedent"
        edit = case.put_lines(first, changed[-1] + 1, lines)
        yield Fix(label, edit, facts={"count": case.fact("count")})


def _text_block(case: Case) -> Iterator[Fix]:
    """The lines below `|`, up to the next key."""
    wanted = case.indent(case.at.line - 1) + 2
    last = case.at.line
    while re.match(r"\s*[^\s:#-][^:]*$", case.line(last + 1)):
        last += 1
    lines = [" " * wanted + case.line(place).lstrip() for place in range(case.at.line, last + 1)]
    yield Fix(
        "indent", case.put_lines(case.at.line, last, lines), facts={"count": wanted - case.indent(last)}
    )


_UNREADABLE = {
    "colon": _colon,
    "after": _after,
    "sign": _sign,
    "escape": _escape,
    "quote": _open_quote,
    "quote_open": _open_quote,
    "quote_inside": _quote_inside,
    "bracket": _bracket,
    "control": _control,
    "no_colon": _no_colon,
    "nested": _nested,
    "shift_left": _shift,
    "shift_right": _shift,
    "text_block": _text_block,
}


def remove_entry(case: Case) -> Iterator[Fix]:
    """A key with all that belongs to it."""
    begin = case.begin
    group = case.group(begin)
    if group:
        end = case.end_of_value(begin)
        before, after = case.here[:begin].rstrip(), case.here[end:].lstrip()
        if before.endswith(","):
            begin = len(before) - 1
        elif after.startswith(","):
            end = len(case.here) - len(after[1:].lstrip())
        yield Fix("remove", case.put(begin, end, ""), facts={"text": case.pointed})
    elif case.here[:begin].strip() == "":
        last = case.last_of(case.at.line, case.indent(case.at.line))
        label = "remove_line" if last == case.at.line else "remove_lines"
        yield Fix(label, case.put_lines(case.at.line, last, []))


def remove_control_group(case: Case) -> Iterator[Fix]:
    """W593: a control group that keeps nobody from anything."""
    if case.kind == "control":
        yield from remove_entry(case)


def remove_item(case: Case) -> Iterator[Fix]:
    """An entry of a list that is there twice or does nothing, with its dash; the only one is left."""
    found = re.match(r"\s*- ", case.here)
    if found is None or found.end() != case.begin or case.kind not in _IDLE.get(case.one.code, {""}):
        return
    level = case.indent(case.at.line)
    last = case.last_of(case.at.line, level)
    dashed, _ = Lines(case.lines).neighbours(case.at.line - 1, level)
    if dashed:
        label = "remove_line" if last == case.at.line else "remove_lines"
        yield Fix(label, case.put_lines(case.at.line, last, []))


_IDLE = {"W266": {"", "spelling"}, "W530": {"twice"}, "W582": {"", "points"}}
"""The cases of a code in which nothing is lost by that."""


def dash(case: Case) -> Iterator[Fix]:
    """W114: a dash that is missing, glued, doubled, or of another sign."""
    begin, here = case.begin, case.here
    sign = case.fact("sign")
    if case.kind == "glued" or (case.kind == "missing" and re.match(r"-\w", here[begin:])):
        yield Fix("space", case.put(begin + 1, begin + 1, " "), is_certain=True)
    elif case.kind == "sign":
        found = re.match(re.escape(sign) + r"\s*", here[begin:])
        if found:
            yield Fix("dash", case.put(begin, begin + len(found[0]), "- "), is_certain=True)
    elif case.kind == "twice":
        place = here.find("- ", max(begin - 2, 0))
        yield Fix("undash", case.put(place, place + 2, ""), is_certain=True)
    elif case.kind == "extra":
        yield Fix("undash", case.put(begin, begin + 2, ""))
    elif case.kind == "list":
        yield from _as_list(case)
    elif case.kind == "astray":
        yield from _astray(case)
    else:
        last = case.last_of(case.at.line, begin)
        lines = [f"{here[:begin]}- {here[begin:]}"]
        lines += [f"  {case.line(place)}" for place in range(case.at.line + 1, last + 1)]
        yield Fix("dash", case.put_lines(case.at.line, last, lines))


def _astray(case: Case) -> Iterator[Fix]:
    """An entry that stands at the margin: below the dash of the entry above."""
    above = Lines(case.lines).above(case.at.line - 1)
    indent = case.indent(above + 1)
    yield Fix("dash", case.put_lines(case.at.line, case.at.line, [f"{' ' * indent}- {case.here.strip()}"]))


def _as_list(case: Case) -> Iterator[Fix]:
    """A block where a list was meant: each verb an entry, or all of it one."""
    first, level = case.at.line, case.begin
    last = case.last_of(first, level - 1)
    lines: list[str] = []
    for place in range(first, last + 1):
        line = case.line(place)
        word = line.strip().partition(":")[0]
        is_entry = case.indent(place) == level and (place == first or word in ACTIONS)
        lines.append(f"{line[:level]}- {line[level:]}" if is_entry else f"  {line}" if line.strip() else line)
    yield Fix("dash", case.put_lines(first, last, lines))


def below(case: Case) -> Iterator[Fix]:
    """W120: lines that belong to the key above."""
    level = case.indent(case.at.line)
    count = int(case.fact("count") or 1)
    last, seen = case.at.line, 0
    for place in range(case.at.line, len(case.lines) + 1):
        if not case.line(place).strip():
            continue
        if case.indent(place) < level or (case.indent(place) == level and seen == count):
            break
        seen += case.indent(place) == level and case.line(place)[level : level + 1] != "-"
        last = place
    lines = [
        f"  {case.line(place)}" if case.line(place).strip() else "" for place in range(case.at.line, last + 1)
    ]
    yield Fix("indent", case.put_lines(case.at.line, last, lines), facts={"count": 2})


def grouped(case: Case) -> Iterator[Fix]:
    """W122: conditions as a bare list: all of them, or any."""
    if case.here[case.begin : case.begin + 1] == "[":
        end = case.end_of_value(case.begin)
        for word in ("all", "any"):
            text = f"{{{word}: {case.here[case.begin : end]}}}"
            yield Fix("add", case.put(case.begin, end, text), facts={"text": f"{word}:"})
        return
    first, level = case.at.line, case.indent(case.at.line)
    above = case.indent(Lines(case.lines).above(first - 1) + 1)
    outer = max(level, above + 2)
    last = first
    for place in range(first, len(case.lines) + 1):
        line = case.line(place)
        if line.strip() and (
            case.indent(place) < level or (case.indent(place) == level and line[level : level + 1] != "-")
        ):
            break
        last = place if line.strip() else last
    shift = outer + 2 - level
    body = [" " * shift + case.line(place) for place in range(first, last + 1)]
    for word in ("all", "any"):
        yield Fix(
            "add", case.put_lines(first, last, [f"{' ' * outer}{word}:", *body]), facts={"text": f"{word}:"}
        )
