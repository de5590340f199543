"""A list or mapping that gives way to another, in the fewest steps: what is in both is not touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from engine.rewriting.applying import Add, Into, Name, Out, Put, Step, is_same, value_at
from engine.rewriting.edits import Fragment, Path


def finer(step: Step, data: Any) -> list[Step]:
    """The steps that together are one; most are one already."""
    if not isinstance(step, Put) or isinstance(step.value, Fragment):
        return [step]
    return list(_changes(step.path, value_at(data, step.path), step.value))


def _changes(path: Path, old: Any, new: Any) -> Iterator[Step]:
    if is_same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and (new or not path):
        names = _names(old, new)
        kept = [names.get(key, key) for key in old if names.get(key, key) in new]
        if (kept or not path) and kept == [key for key in new if key in kept]:
            yield from _in_mapping(path, old, new, names)
            return
    if isinstance(old, list) and isinstance(new, list) and new and old:
        steps = list(_in_list(path, old, new))
        if sum(isinstance(one, Out) and len(one.path) == len(path) + 1 for one in steps) < len(old):
            yield from steps
            return
    yield Put(path, new)


def _names(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """Keys with a new name: at the same place, with the same value."""
    return {
        before: after
        for before, after in zip(old, new, strict=False)
        if before not in new and after not in old and is_same(old[before], new[after])
    }


def _in_mapping(
    path: Path, old: dict[str, Any], new: dict[str, Any], names: dict[str, str]
) -> Iterator[Step]:
    for before, after in names.items():
        yield Name((*path, before), after)
    for key in old:
        if key not in new and key not in names:
            yield Out((*path, key))
    for key, value in new.items():
        if key in old:
            yield from _changes((*path, key), old[key], value)
    for at, (key, value) in enumerate(new.items()):
        if key not in old and key not in names.values():
            yield Add(path, key, value, at)


def _in_list(path: Path, old: list[Any], new: list[Any]) -> Iterator[Step]:
    """From the end to the beginning, so that what is still to come stays where it is."""
    before, after = ([json.dumps(one, ensure_ascii=False) for one in some] for some in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, behind, begin, end in reversed(matcher.get_opcodes()):
        if tag == "equal":
            continue
        pairs = _alike(old[first:behind], new[begin:end])
        if begin + pairs < end:
            yield Into(path, behind, new[begin + pairs], tuple(new[begin + pairs + 1 : end]))
        for at in range(behind - 1, first + pairs - 1, -1):
            yield Out((*path, at))
        for at in range(pairs - 1, -1, -1):
            yield from _changes((*path, first + at), old[first + at], new[begin + at])


def _alike(old: list[Any], new: list[Any]) -> int:
    """How many of the first are the same items, changed: mappings that share a key."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if not isinstance(one, dict) or not isinstance(other, dict) or not one.keys() & other.keys():
            break
        count += 1
    return count
