"""What the parser of YAML stumbled over, told by what people usually did there.

A repair is tried before it is named: a hint that does not make the file readable would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import takewhile

from engine.layout import LINES_AFTER, Lines, bare
from engine.misread import CLOSING, GLUED_DASH, OPENING, WIDE, meant
from engine.model.diagnostics import Problems
from engine.model.document import Span
from engine.shapes.foreign import SIGN, word_of_sign

DEEPEST = 20
_LONGEST_TO_TRY = 64 * 1024
_TEXT_KEYS = "subject|text|html|body|name|label|question|title|because|stop"
"""Words with prose behind them, so that a colon in it is prose too."""
_LISTS = ("actions", "then", "else", "otherwise", "versions", "tests")
_BETWEEN = "：，｛｝［］【】、；;"


class Complaint:
    """A failure of the parser, and the place and words by which people will understand it."""

    def __init__(self, failure: Exception, text: str, name: str) -> None:
        mark = getattr(failure, "problem_mark", None) or getattr(failure, "context_mark", None)
        context = getattr(failure, "context_mark", None) or mark
        self.kind_of_failure = type(failure).__name__
        self.problem = str(getattr(failure, "problem", None) or failure).split("\n", maxsplit=1)[0]
        self.context = str(getattr(failure, "context", None) or "")
        self.text = text
        self.lines = Lines(text.splitlines())
        self.name = name
        position = getattr(failure, "position", 0)
        before = text[: position if isinstance(position, int) else 0]
        here = (before.count("\n"), len(before) - before.rfind("\n") - 1)
        self.mark = (mark.line, mark.column) if mark is not None else here
        self.begin = (context.line, context.column) if context is not None else here

    def note(self, problems: Problems) -> None:
        """One diagnostic at the place that people will have to change."""
        if self.kind_of_failure == "MaxDepthExceededError":
            problems.error(self._span(self.mark), "W106", limit=DEEPEST)
        elif "found another document" in self.problem:
            problems.error(self._span(self.mark), "W108", sign="---")
        elif "\\t" in self.problem or "'\t'" in self.problem:
            problems.error(self._span(self.mark), "W110", kind="tab")
        elif not any(slip(problems) for slip in self._usual_slips()):
            kind, place = self._kind()
            problems.error(
                self._span(place), "W104", kind=kind, reason=self.problem[:80], sign=self._sign(place)
            )

    def _usual_slips(self) -> tuple[Callable[[Problems], bool], ...]:
        """The slips of office users, the more certain first; each notes itself and says so."""
        certain = (self._note_curly_quote, self._note_braces, self._note_sign_of_comparison)
        if len(self.text) > _LONGEST_TO_TRY:
            return certain
        return (
            *certain,
            self._note_blank,
            self._note_open_quote,
            self._note_quotes_in_quotes,
            self._note_cut_text,
            self._note_dash,
            self._note_colon_in_text,
            self._note_two_colons,
            self._note_wide_sign,
            self._note_wide_keys,
            self._note_equals_sign,
            self._note_comment,
            self._note_missing_dash,
            self._note_text_block,
            self._note_indent,
        )

    def _kind(self) -> tuple[str, tuple[int, int]]:
        if "quoted scalar" in self.context and "escape" not in self.problem:
            return "quote", self.begin
        if "node content" in self.problem and self.mark[0]:
            return "bracket", self._open_bracket()
        if "expected ',' or" in self.problem:
            return "bracket", self.begin if self.begin[0] != self.mark[0] else self.mark
        if "expected ':'" in self.problem:
            return "no_colon", self.begin
        if "mapping values" in self.problem:
            return ("colon" if ": " in self.lines.line(self.mark[0])[: self.mark[1]] else "indent"), self.mark
        if "<block end>" in self.problem:
            later = "'}'" in self.problem or "']'" in self.problem
            return ("after" if later or "<scalar>" in self.problem else "indent"), self.mark
        if "alphabetic" in self.problem:
            return "sign", self.begin
        kinds = {"cannot start": "sign", "escape": "escape", "special characters": "control"}
        return next((kind for part, kind in kinds.items() if part in self.problem), "other"), self.mark

    def _open_bracket(self) -> tuple[int, int]:
        """The bracket above that is never closed, or the place of the failure."""
        number = self.lines.above(self.mark[0])
        found = re.search(r"[{\[][^{}\[\]]*$", bare(self.lines.line(number)))
        return (number, found.start()) if found else self.mark

    def _note_curly_quote(self, problems: Problems) -> bool:
        """`“{{ 客户名称 }}，您好”`: the quotation marks are no quotes, so the braces stand bare."""
        for number in self._places():
            for found in re.finditer(rf"(?<=[:\[{{,-] )[{OPENING}]", bare(self.lines.line(number))):
                rest = self.lines.line(number)[found.end() :]
                inner = re.match(rf"[^{OPENING}{CLOSING}]*", rest)
                if "{{" in rest or "：" in rest or ": " in rest:
                    text = inner.group() if inner else ""
                    at = self._span((number, found.start()))
                    problems.error(at, "W115", sign=found.group(), nearest=f'"{text}"')
                    return True
        return False

    def _note_braces(self, problems: Problems) -> bool:
        for number in self._places():
            line = bare(self.lines.line(number))
            column = line.find("{{")
            quote = re.search(r"""(?<=[:\[{,-] )["']""", line[: max(column, 0)])
            if quote:
                at = self._span((number, quote.start()))
                problems.error(at, "W104", kind="quote_open", reason="", sign=quote.group())
                return True
            if column >= 0:
                problems.error(self._span((number, column), 2), "W112")
                return True
        return False

    def _note_sign_of_comparison(self, problems: Problems) -> bool:
        """`at_least: >=5`, `>=: 5`: the sign stands where a value or a word begins."""
        if "cannot start" not in self.problem and "block scalar" not in self.context:
            return False
        place = self.mark if "cannot start" in self.problem else self.begin
        line = self.lines.line(place[0])
        sign = SIGN.match(line, place[1])
        if sign is None:
            return False
        value = re.match(r"\s*:?\s*([^,}\]#]*)", line[sign.end() :])
        told = f"{word_of_sign(sign.group())}: {value.group(1).strip() if value else ''}".strip()
        problems.error(self._span(place, len(sign.group())), "W119", kind="", sign=sign.group(), nearest=told)
        return True

    def _note_blank(self, problems: Problems) -> bool:
        """A blank from Word or a web page where the indent is, which YAML takes for a letter."""
        for number in (*self._places(), self.mark[0] - 1):
            found = re.match("[ ]*([\u00a0\u3000\u202f\u200b\ufeff\u2060])", self.lines.line(number))
            if found:
                kinds = {"\u3000": "blank", "\u00a0": "nbsp", "\u202f": "nbsp"}
                kind = kinds.get(found[1], "invisible")
                problems.error(self._span((number, found.start(1))), "W110", kind=kind)
                return True
        return False

    def _note_open_quote(self, problems: Problems) -> bool:
        """A quote that is closed only by the next one, lines below."""
        for number in range(self.mark[0] - 1, max(self.mark[0] - 6, -1), -1):
            line = self.lines.line(number)
            if line.count('"') % 2 and "#" not in line:
                place = (number, line.rindex('"'))
                if self._gets_further(number, f'{line}"'):
                    problems.error(self._span(place), "W104", kind="quote", reason="", sign='"')
                    return True
        return False

    def _note_quotes_in_quotes(self, problems: Problems) -> bool:
        """`"他说"好""`: the second quote ends the text."""
        before = self.lines.line(self.mark[0])[: self.mark[1]]
        if "<scalar>" not in self.problem or not before.endswith('"') or before.endswith(' "'):
            return False
        place = (self.mark[0], self.mark[1] - 1)
        problems.error(self._span(place), "W104", kind="quote_inside", reason="", sign='"')
        return True

    def _note_cut_text(self, problems: Problems) -> bool:
        """`{subject: 联系 #1 客户, to: owner}`: what follows the sign is a comment."""
        number = self.begin[0]
        line = self.lines.line(number)
        found = re.search(r"(?<=\s)#(?=\S)", line)
        if found is None or not self._gets_further(number, line[: found.start()] + "_" + line[found.end() :]):
            return False
        problems.error(self._span((number, found.start())), "W116", kind="cut", sign="#", nearest="")
        return True

    def _note_dash(self, problems: Problems) -> bool:
        """`-update_field: …` and `— update_field: …`, all through the list."""
        dash = re.compile(rf"([ ]*)({GLUED_DASH.pattern})")
        level = self.lines.indent(self.mark[0])
        slips = [number for number, line in enumerate(self.lines.lines) if dash.match(bare(line))]
        near = [number for number in slips if abs(number - self.mark[0]) <= LINES_AFTER]
        if not near:
            return False
        right = [
            dash.sub(r"\1- ", line, count=1) if n in near else line for n, line in enumerate(self.lines.lines)
        ]
        first = next((number for number in near if self.lines.indent(number) == level), near[0])
        if not self.lines.reads(right, max(self.mark[0], first)):
            return False
        for number in near:
            found = dash.match(self.lines.line(number))
            sign = found[2].strip() if found else "-"
            kind = "glued" if sign == "-" else "sign"
            place = (number, self.lines.indent(number))
            problems.error(self._span(place), "W114", kind=kind, sign=sign)
        return True

    def _note_colon_in_text(self, problems: Problems) -> bool:
        """`subject: 主题: 回访` in braces, where the parser asks for a comma."""
        if "expected ',' or" not in self.problem or ":" not in self.problem:
            return False
        line = self.lines.line(self.mark[0])
        found = re.search(rf"(?:{_TEXT_KEYS}): ([^,{{}}\[\]\"']*)$", line[: self.mark[1]])
        if found is None or re.search(r"[\s，、；;][a-z_]+$", found[1]):
            return False
        problems.error(self._span(self.mark), "W104", kind="colon", reason="", sign=":")
        return True

    def _note_two_colons(self, problems: Problems) -> bool:
        """`trigger: every: day`, where a group in braces was meant."""
        if "mapping values" not in self.problem:
            return False
        line = self.lines.line(self.mark[0])
        found = re.match(r"\s*(?:- )?([a-z_]+): ([^\s:]+): (.*)$", line)
        if found is None or found.end(2) != self.mark[1] or re.fullmatch(_TEXT_KEYS, found[1]):
            return False
        inner = f"{{{found[2]}: {found[3]}}}".replace("{(", "{").replace(")}", "}")
        told = f"{found[1]}: [{inner}]" if found[1] in _LISTS else f"{found[1]}: {inner}"
        problems.error(self._span(self.mark), "W104", kind="nested", reason="", sign=":", nearest=told)
        return True

    def _note_wide_sign(self, problems: Problems) -> bool:
        """A full-width sign, or a colon without a blank, that makes the text readable once put right."""
        for number in self._places_and_above():
            line = self.lines.line(number)
            found = list(re.finditer(f"[{_BETWEEN}]|:(?=[^ /])", bare(line)))[:8]
            for one in found:
                right = WIDE.get(one.group(), ", " if one.group() == ";" else ": ")
                if self._gets_further(number, line[: one.start()] + right + line[one.end() :]):
                    problems.error(self._span((number, one.start())), "W113", **meant(one.group()))
                    return True
            wide = [one for one in found if one.group() in WIDE]
            right = re.sub(f"[{_BETWEEN}]", lambda one: WIDE.get(one.group(), ", "), line)
            if wide and self._gets_further(number, right):
                problems.error(self._span((number, wide[0].start())), "W113", **meant(wide[0].group()))
                return True
        return False

    def _note_wide_keys(self, problems: Problems) -> bool:
        """Keys in one line after the other with such a sign: putting one right would not help."""
        key = re.compile(r"[ ]*(?:- )?[^\s:：{\[]+(：|:(?=[^ /]))")
        found = (
            (number, key.match(bare(self.lines.line(number)))) for number in range(self.mark[0] - 1, -1, -1)
        )
        wrong = {number: one for number, one in takewhile(lambda pair: pair[1], found) if one}
        right = list(self.lines.lines)
        for place, one in wrong.items():
            right[place] = f"{right[place][: one.start(1)]}: {right[place][one.end() :].lstrip()}"
        helps = bool(wrong) and self.lines.reads(right, self.mark[0])
        for place, one in wrong.items() if helps else ():
            problems.error(self._span((place, one.start(1))), "W113", **meant(one[1]))
        return helps

    def _note_equals_sign(self, problems: Problems) -> bool:
        """`status = paused`, on a line of its own."""
        for number in self._places_and_above():
            found = re.match(r"([ ]*(?:- )?)([^\s:={}\[\]]+)\s*=\s*(\S.*)?$", bare(self.lines.line(number)))
            if found:
                value = self.lines.line(number)[found.start(3) :] if found[3] else ""
                told = f"{found[2]}: {value}".strip()
                if self._gets_further(number, f"{found[1]}{told}"):
                    place = (number, self.lines.line(number).index("="))
                    problems.error(self._span(place), "W124", nearest=told)
                    return True
        return False

    def _note_comment(self, problems: Problems) -> bool:
        """`// …` or `＃ …` on a line of its own."""
        for number in self._places_and_above():
            found = re.match(r"\s*(//|＃|--(?= ))", self.lines.line(number))
            if found and self._gets_further(number, ""):
                problems.error(
                    self._span((number, found.start(1))), "W116", kind="line", sign=found[1], nearest="# "
                )
                return True
        return False

    def _note_missing_dash(self, problems: Problems) -> bool:
        """One line of a list without `- `, or one of a block with it."""
        in_braces = "expected ':'" in self.problem and self.lines.line(self.begin[0]).lstrip().startswith("{")
        if "<block end>" not in self.problem and not in_braces:
            return False
        place = self.begin[0] if in_braces else self.mark[0]
        level = self.lines.indent(place)
        dashed, plain = self.lines.neighbours(place, level)
        braces = [number for number in plain if self.lines.line(number).startswith("{", level)]
        if braces and self._note_lines_in_braces(braces, problems, beside=dashed):
            return True
        if not dashed or not plain:
            return False
        odd, kind = (dashed[0], "extra") if len(dashed) < len(plain) else (plain[0], "missing")
        line = self.lines.line(odd)
        right = line[:level] + (line[level:].removeprefix("- ") if kind == "extra" else f"- {line[level:]}")
        if len(plain) == 1 and len(dashed) == 1 and not self._gets_further(odd, right):
            return False
        problems.error(self._span((odd, level)), "W114", kind=kind)
        return True

    def _note_lines_in_braces(self, numbers: list[int], problems: Problems, *, beside: list[int]) -> bool:
        """`{field: …}` in a list without `- `, in line with the other entries or not."""
        above = self.lines.above(numbers[0])
        is_astray = not beside and len(numbers) == 1 and self.lines.line(above).lstrip().startswith("- ")
        level = self.lines.indent(above if is_astray else numbers[0])
        right = list(self.lines.lines)
        for number in numbers:
            right[number] = f"{' ' * level}- {right[number].lstrip()}"
        if not self.lines.reads(right, max(self.mark[0], numbers[-1])):
            return False
        for number in numbers:
            at = self._span((number, self.lines.indent(number)))
            kind, told = ("astray", right[number].strip()) if is_astray else ("", "")
            problems.error(at, "W114", kind=kind, nearest=told)
        return True

    def _note_text_block(self, problems: Problems) -> bool:
        """The text below `|` has to be indented."""
        for number in (self.begin[0] - 1, self.mark[0] - 1):
            found = re.search(r": ([|>])[-+]?$", self.lines.line(number))
            if found and self.lines.indent(number + 1) <= self.lines.indent(number):
                place = (number + 1, self.lines.indent(number + 1))
                problems.error(self._span(place), "W104", kind="text_block", sign=found[1], reason="")
                return True
        return False

    def _note_indent(self, problems: Problems) -> bool:
        """A line, with all that belongs to it, that is readable a few columns further left or right."""
        if "<block end>" not in self.problem and "mapping values" not in self.problem:
            return False
        for number, column in self._shifts():
            found = self.lines.indent(number)
            if self.lines.reads(self.lines.shifted(number, column), max(self.mark[0], number)):
                kind = "shift_right" if column > found else "shift_left"
                problems.error(
                    self._span((number, found)),
                    "W104",
                    kind=kind,
                    reason="",
                    sign="",
                    found=found + 1,
                    column=column + 1,
                    count=abs(column - found),
                )
                return True
        return False

    def _shifts(self) -> Iterator[tuple[int, int]]:
        """Lines that may be indented wrongly, with the columns where they may belong; the likelier first."""
        here = self.mark[0]
        level = self.lines.indent(here)
        above = self.lines.above(here)
        if above < 0:
            return
        opener = self.lines.above(above)
        if (
            opener >= 0
            and self.lines.line(opener).rstrip().endswith(":")
            and self.lines.indent(opener) == self.lines.indent(above)
        ):
            yield above, level
        columns: dict[int, None] = {}
        for number in range(here - 1, -1, -1):
            line, indent = self.lines.line(number), self.lines.indent(number)
            if line.strip():
                columns |= dict.fromkeys([indent + 2, indent] if line[indent:].startswith("- ") else [indent])
        near = sorted((one for one in columns if one != level), key=lambda one: abs(one - level))[:3]
        for column in near:
            yield here, column
        while above >= 0 and self.lines.indent(above) > level:
            yield above, level
            above = self.lines.above(above)
        if above >= 0 and self.lines.indent(above) < level:
            yield above, level

    def _places(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys((self.mark[0], self.begin[0])))

    def _places_and_above(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys((self.begin[0], self.mark[0], self.lines.above(self.mark[0]))))

    def _gets_further(self, number: int, line: str) -> bool:
        return self.lines.gets_further(number, line, self.mark[0])

    def _sign(self, place: tuple[int, int]) -> str:
        return self.lines.line(place[0])[place[1] : place[1] + 1].strip()

    def _span(self, place: tuple[int, int], width: int = 1) -> Span:
        line, column = place[0] + 1, place[1] + 1
        return Span(self.name, line, column, line, column + width)
