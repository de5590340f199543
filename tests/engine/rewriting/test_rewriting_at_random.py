"""Random edits of random commented files: the data are as expected, and no comment changes its owner."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Edit, Rewritten, rewritten
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import plain_value
from tests.engine.rewriting.commented import Commented, Path, Said
from tests.reference.rewriting import at, edited, path_after

FUZZ = int(os.environ.get("WAKELINE_FUZZ", "0"))
SEEDS = st.integers(0, 2**48)
EDITS = 3
"""Of each file; the second finds what the first has left."""

NEW = [
    "新", "yes", "null", "~", "5", "5.0", 5, 0.5, -3, True, False, None, "2026-03-31", "01:00",
    "a: b", "a #b", "#a", "- a", "-5 %", "{{ 客户名称 }}", "您好 {{ 客户名称 }}", "{a}", "[a]", "a,b",
    "a, b", '"a"', "'a'", "a\"b'c\\d", "", " a ", "两行\n文字", "两行\n文字\n", "\n两行\n\n文字\n\n",
    "  缩进\n两行\n", "一行\n", "a\tb", "\x07", "\u2028", "𠮷🎉", "name：唤醒", "？：",
    "“双十一”", "１００", "//",
    "a:", ":a", "?a", "? a", "@a", "*a", "&a", "!a", "%a", "|", ">", "`a", "=", "<<", "1_000",
    "0x1f", "100,000", "on", "ｗ：", "a\r\nb", "a\u00a0b", "\ufeffa", "---", "...", "a\n  b\n",
    "# a\n# b\n", "\ta\nb", "x" * 150, [], {}, ["新", "旧"], [["新"]],
    {"字段": "新", "is": ["甲", "乙"]}, {"notify": {"to": "owner", "text": "一\n二\n"}},
    {"all": [{"field": "新", "is": 5}, {"any": []}]}, {"on": 1, "a: b": 2, "5": 3, "{{": 4},
    [{"a": 1}, {"b": [1, {"c": None}]}],
]  # fmt: skip
WORDS = re.compile(r"[kv键]\d+")


def examples(count: int) -> settings:
    """The same cases in every run; WAKELINE_FUZZ=5000 tries that many others."""
    return settings(
        max_examples=FUZZ or count,
        derandomize=not FUZZ,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def data_of(text: str) -> Any:
    problems = Problems()
    root = load_document(text, "", problems).root
    return None if root is None or problems.has_errors else plain_value(root)


def places(data: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for part, value in entries:
        yield from places(value, (*path, part))


def drawn_edit(drawn: random.Random, data: Any, count: int) -> tuple[str, Path, Any, Any]:
    """Operation, path, value, and the index or path where it goes."""
    path = drawn.choice(list(places(data)))
    value = drawn.choice(NEW)
    lists = [one for one in places(data) if isinstance(at(data, one), list)]
    items = [one for one in places(data) if isinstance(one[-1], int)]
    kind = drawn.choice(["set", "set", "insert", "insert", "take", "take", "take", "move", "move", "rename"])
    if kind == "insert" and lists:
        path = drawn.choice(lists)
        return "insert", path, value, drawn.randint(0, len(at(data, path)))
    if kind == "move" and items:
        path = drawn.choice(items)
        rest = edited(data, "remove", path)
        there = drawn.choice([one for one in places(rest) if isinstance(at(rest, one), list)])
        beside = path[:-1]
        to = beside if drawn.random() < 0.6 and isinstance(at(rest, beside), list) else there
        return "move", path, None, (*to, drawn.randint(0, len(at(rest, to))))
    if kind == "rename" and isinstance(path[-1], str):
        names = [f"k{count}x", "on", "a b", "a: b", "5", "{x", "甲：乙", "a/b"]
        return "rename", path, drawn.choice([one for one in names if one not in at(data, path[:-1])]), None
    if kind == "take":
        return "remove" if isinstance(path[-1], int) else "unset", path, None, None
    return "set", path, value, None


def edit_of(operation: str, path: Path, value: Any, place: Any) -> Edit:
    is_move = operation == "move"
    return Edit(operation, path, value, at=None if is_move else place, to=place if is_move else ())


def words(whose: Path, data: Any) -> set[str]:
    """The signs by which an item or entry is known."""
    own = {whose[-1]} if isinstance(whose[-1], str) else set()
    return own | set(WORDS.findall(str(at(data, whose))))


def is_open(text: str) -> bool:
    """Whether brackets are closed in a text that were opened before it."""
    bare = re.sub(r"\s#.*|\"(\\\\.|[^\"])*\"|'[^']*'", "", text)
    return len(re.findall(r"[\[{]", bare)) < len(re.findall(r"[\]}]", bare))


def is_beside(comment: str, said: Said, data: Any, text: str) -> bool:
    """Whether a comment stands where its kind says, at what it is about."""
    lines = text.splitlines() if "\u2028" not in text else text.replace("\r\n", "\n").split("\n")
    number = next(n for n, line in enumerate(lines) if line.rstrip().endswith(comment))
    own, line = words(said.whose, data) if said.whose else set(), lines[number]
    column = len(line) - len(line.lstrip(" "))
    if said.kind == "end":
        begins = number
        while begins and is_open("\n".join(lines[begins : number + 1])):
            begins -= 1
        return not own or any(word in "\n".join(lines[begins : number + 1]) for word in own)
    if said.kind == "inside":
        above = [one for one in lines[:number] if one.strip() and not one.lstrip().startswith("#")]
        begins = [n for n, one in enumerate(above) if len(one) - len(one.lstrip(" ")) < column]
        return not own or any(word in "\n".join(above[begins[-1] :]) for word in own)
    below = lines[number + 1 :]
    if said.kind == "free":
        return not below or not below[0].strip() or len(below[0]) - len(below[0].lstrip(" ")) != column
    while below and below[0].lstrip().startswith("#") and below[0].startswith(" " * column + "#"):
        below = below[1:]
    if not below or not below[0].strip() or len(below[0]) - len(below[0].lstrip(" ")) != column:
        return False
    behind = [
        n for n, one in enumerate(below) if n and one.strip() and len(one) - len(one.lstrip(" ")) <= column
    ]
    return not own or any(word in "\n".join(below[: (behind or [None])[0]]) for word in own)


def lists_of(data: Any) -> list[Any]:
    return [at(data, one) for one in places(data) if isinstance(at(data, one), list)]


def is_begun_twice(items: list[Any]) -> bool:
    """Whether a list holds a list of nothing but mappings."""
    inner = [one for one in items if isinstance(one, list) and one]
    return any(all(isinstance(one, dict) for one in some) for some in inner)


def told(seed: int, before: str, edit: Any, after: Any) -> str:
    return f"seed {seed}\n{before}\n--- {edit}\n{after}"


@examples(700)
@given(SEEDS)
def test_every_edit_says_what_was_meant_and_leaves_comments_where_they_belong(seed: int) -> None:
    made = Commented.drawn(seed)
    data, text, comments = made.data, made.text, dict(made.comments)
    if data_of(text) != data:  # what the loader reads otherwise, such as `- - key: …`
        return
    drawn = random.Random(seed)
    for count in range(EDITS):
        if not data:
            return
        edit = drawn_edit(drawn, data, count)
        found = rewritten(text, [edit_of(*edit)])
        assert isinstance(found, Rewritten), told(seed, text, edit, found)
        if found.anew and any(is_begun_twice(one) for one in lists_of(edited(data, *edit))):
            return  # the loader takes a list of mappings in a list for a slip, so it goes into brackets
        assert not found.anew, told(seed, text, edit, found.text)
        elsewhere = lines_elsewhere(text, data, edit)
        assert is_in_order(elsewhere, found.text.splitlines()), told(seed, text, edit, found.text)
        data = edited(data, *edit)
        assert repr(data_of(found.text)) == repr(data), told(seed, text, edit, found.text)
        comments = surviving(comments, edit)
        for comment, said in comments.items():
            assert comment in found.text, told(seed, text, edit, found.text) + f"\n{comment} {said}"
            is_right = is_beside(comment, said, data, found.text)
            if edit[0] == "move" and not is_right:  # from lines into brackets comments go above
                comments[comment] = Said("lead", edit[3])
                is_right = is_beside(comment, comments[comment], data, found.text)
            assert is_right, told(seed, text, edit, found.text) + f"\n{comment} {said}"
        text = found.text


def lines_elsewhere(text: str, data: Any, edit: tuple[str, Path, Any, Any]) -> list[str]:
    """The lines that hold nothing of the lists and mappings that an edit is in."""
    operation, path, _, place = edit
    near = path if operation == "insert" else path[:-1] or path
    while len(near) > 1 and not WORDS.search(str(at(data, near))):
        near = near[:-1]
    around = [path[:1], place[:1]] if operation == "move" else [near]
    own = {word for one in around for word in WORDS.findall(f"{one} {at(data, one)}")}
    found = [
        (line, set(WORDS.findall(line))) for line in text.splitlines() if not line.lstrip().startswith("#")
    ]
    return [line for line, signs in found if signs and not signs & own]


def is_in_order(some: list[str], lines: list[str]) -> bool:
    """Whether some lines are among others, in their order."""
    rest = iter(lines)
    return all(line in rest for line in some)


def surviving(comments: dict[str, Said], edit: tuple[str, Path, Any, Any]) -> dict[str, Said]:
    """The comments that must still be there, with whose they are now."""
    operation, path, value, place = edit
    found: dict[str, Said] = {}
    for text, said in comments.items():
        if (
            operation == "set"
            and said.whose[: len(path)] == path
            and not (said.whose == path and said.kind == "lead")
        ):
            continue  # what went with a value is looked at in test_rewriting
        whose = path_after(said.whose, operation, path, value, place) if said.whose else ()
        if whose is not None:
            found[text] = Said(said.kind, whose)
    return found


# --- a whole list or mapping, some of it as it was ----------------------------------------------------------


def perturbed(drawn: random.Random, old: Any) -> tuple[Any, dict[Any, Any]]:
    """A list or mapping with some left out and some new, and where what stayed is now."""
    entries = list(old.items()) if isinstance(old, dict) else list(enumerate(old))
    kept: list[tuple[Any, Any]] = [entry for entry in entries if drawn.random() < 0.7]
    for number in range(drawn.randint(0, 3)):
        new = f"neu{number}" if isinstance(old, dict) else None
        kept.insert(drawn.randint(0, len(kept)), (new, drawn.choice(NEW)))
    if isinstance(old, dict):
        return dict(kept), {key: key for key, _ in kept if key in old}
    stayed = {key: number for number, (key, _) in enumerate(kept) if key is not None}
    return [value for _, value in kept], stayed


@examples(300)
@given(SEEDS)
def test_of_a_list_or_mapping_what_stays_keeps_its_comments(seed: int) -> None:
    made, drawn = Commented.drawn(seed), random.Random(seed)
    fits = [
        path for path in places(made.data) if at(made.data, path) and not isinstance(at(made.data, path), str)
    ]
    fits = [path for path in fits if isinstance(at(made.data, path), (dict, list))]
    if data_of(made.text) != made.data or not fits:
        return
    path = drawn.choice(fits)
    value, stayed = perturbed(drawn, at(made.data, path))
    data = edited(made.data, "set", path, value)

    found = rewritten(made.text, [Edit("set", path, value)])

    assert isinstance(found, Rewritten), told(seed, made.text, (path, value), found)
    assert repr(data_of(found.text)) == repr(data), told(seed, made.text, (path, value), found.text)
    if found.anew or not any(words((*path, one), data) for one in stayed.values()):
        return
    for comment, said in made.comments.items():
        part = (
            said.whose[len(path)] if len(said.whose) > len(path) and said.whose[: len(path)] == path else None
        )
        if part in stayed and words((*path, stayed[part]), data):
            whose = (*path, stayed[part], *said.whose[len(path) + 1 :])
            is_right = is_beside(comment, Said(said.kind, whose), data, found.text)
            assert is_right, told(seed, made.text, (path, value), found.text) + f"\n{comment} {said}"
        elif part is None and said.whose[: len(path)] != path:
            assert is_beside(comment, said, data, found.text), told(
                seed, made.text, (path, value), found.text
            )
