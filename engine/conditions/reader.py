"""A condition as written becomes a Predicate: groups and leaves, each with its path in the file."""

from __future__ import annotations

from dataclasses import replace

from engine.conditions.comparisons import LOWER, SCHEMAS, UPPER
from engine.conditions.subject import Subject
from engine.conditions.table import CONDITIONS
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.kinds import Condition
from engine.model.operands import Cell, FieldValue
from engine.model.predicates import All, AnyOf, Leaf, NoneOf, Predicate, Test, operands_of
from engine.shapes.fields import may_be_missing
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, WHOLE, block, listed, one_of_words, ref
from engine.shapes.segments import find_segment
from engine.shapes.shape import fits, note_kind
from engine.shapes.words import find_word

GROUPS = ("all", "any", "none", "segment")
_NO_SUBJECTS = {
    *SCHEMAS, "if_missing", *(option for word in CONDITIONS.values() for option in word.options),
    *("falls_by", "rises_by", "top", "bottom"),
}  # fmt: skip
IF_MISSING = one_of_words("match", "no_match")
_GROUP = {
    "all": block({"all": listed(ref("condition"))}, "all"),
    "any": block({"any": listed(ref("condition")), "needs": {**WHOLE, "minimum": 1}}, "any"),
    "none": block({"none": listed(ref("condition"))}, "none"),
    "segment": block({"segment": TEXT}, "segment"),
}


def leaf_schema(word: type[Condition]) -> dict[str, object]:
    """The shape of a leaf with that subject."""
    properties = {**word.schema, "if_missing": IF_MISSING}
    return block(properties, word.name)


def group_schemas() -> dict[str, dict[str, object]]:
    """The shapes of all, any, none and segment."""
    return _GROUP


def read_condition(node: Node, path: str, reading: Reading) -> Predicate | None:
    """The predicate of a condition; parts that cannot be read are noted and make it None."""
    if not isinstance(node, Mapping):
        note_kind(node, _word_of(path), "object", reading.problems)
        return None
    groups = [key for key in node.keys() if key in GROUPS]
    if len(groups) > 1:
        reading.problems.error(node.key(groups[1]).span, "W217", one=groups[0], other=groups[1])
        return None
    return _read_group(groups[0], node, path, reading) if groups else _read_leaf(node, path, reading)


def _word_of(path: str) -> str:
    return next(part for part in reversed(path.split("/")) if not part.isdigit())


def _read_group(word: str, node: Mapping, path: str, reading: Reading) -> Predicate | None:
    items = node.get(word)
    shaped = fits(node, _GROUP[word], reading.problems)
    if word == "segment":
        return _read_segment(items, path, reading) if shaped and items is not None else None
    if not isinstance(items, Sequence):
        return None
    # One of `any` need not hold, so what it tests is not known to be there afterwards.
    inner = reading if word == "all" else replace(reading, known=set(reading.known))
    read = [read_condition(item, f"{path}/{word}/{number}", inner) for number, item in enumerate(items.items)]
    found = tuple(item for item in read if item is not None)
    if len(found) != len(read) or not shaped:
        return None
    if word == "all":
        return All(path, found)
    if word == "none":
        return NoneOf(path, found)
    needs = node.get("needs")
    wanted = int(needs.text) if isinstance(needs, Scalar) else 1
    if wanted > len(found) and needs is not None:
        reading.problems.error(needs.span, "W241", needs=wanted, count=len(found))
        return None
    return AnyOf(path, found, wanted)


def _name(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _read_segment(node: Node, path: str, reading: Reading) -> Predicate | None:
    """The segment's condition at the place where it is used; its parts keep their places behind it."""
    found, name = find_segment(node, reading), _name(node)
    return None if found is None else All(path, (_moved(found, f"{path}/segment/{name}"),), segment=name)


def _moved(predicate: Predicate, path: str) -> Predicate:
    own = f"{path}/{predicate.path}" if predicate.path else path
    if isinstance(predicate, Leaf):
        return replace(predicate, path=own)
    return replace(predicate, path=own, items=tuple(_moved(one, path) for one in predicate.items))


def _read_leaf(node: Mapping, path: str, reading: Reading) -> Leaf | None:
    word = _subject_word(node, path, reading)
    if word is None or not fits(node, leaf_schema(word), reading.problems):
        return None
    subject: Subject | None = word.read(node, reading)
    if subject is None:
        return None
    tests = _read_tests(node, word, subject, reading)
    if tests is None:
        return None
    if_missing = node.get("if_missing")
    settled = if_missing.text == "match" if isinstance(if_missing, Scalar) else None
    _note_missing(node, word, tests, reading)
    return Leaf(path, tests, settled)


def _subject_word(node: Mapping, path: str, reading: Reading) -> type[Condition] | None:
    if not node.entries:
        reading.problems.error(node.span, "W210", key=_word_of(path))
    return find_word(node, CONDITIONS, reading.problems, beside=_NO_SUBJECTS, also=GROUPS)


def _read_tests(
    node: Mapping, word: type[Condition], subject: Subject, reading: Reading
) -> tuple[Test, ...] | None:
    options = {word.name, *word.options, "if_missing"}
    written = [(key, value) for key, value in node.entries if key.text not in options]
    if not written:
        name = node.get(word.name)
        text = name.text if isinstance(name, Scalar) else ""
        reading.problems.error(node.span, "W232", word=word.name, value=text)
        return None
    if len(written) > 1:
        names = {key.text for key, _ in written}
        if len(written) > 2 or not (names & set(LOWER) and names & set(UPPER)):
            reading.problems.error(
                written[1][0].span, "W233", one=written[0][0].text, other=written[1][0].text
            )
            return None
    tests = [subject.compare(key.text, value) for key, value in written]
    found = tuple(test for test in tests if test is not None)
    return found if len(found) == len(tests) else None


def _note_missing(node: Mapping, word: type[Condition], tests: tuple[Test, ...], reading: Reading) -> None:
    """What was tested in `conditions` is known later; elsewhere a file says what missing is (Meaning 2)."""
    subjects = [operands_of(test)[0] for test in tests]
    if_missing, is_empty = node.get("if_missing"), node.get("is_empty")
    settled = isinstance(if_missing, Scalar)
    if not reading.elsewhere:
        lets_missing_pass = "match" if is_empty is None else "true"
        deciding = if_missing if is_empty is None else is_empty
        passes = isinstance(deciding, Scalar) and deciding.text.lower() == lets_missing_pass
        for operand in subjects:
            if isinstance(operand, FieldValue) and not operand.links and not passes:
                reading.known.add((operand.module.key, operand.field.key))
        return
    if is_empty is not None:
        return
    looked_up = [one for test in tests for one in operands_of(test)[1:] if not isinstance(one, Cell)]
    if not settled and any(may_be_missing(one, reading) for one in (*subjects, *looked_up)):
        name = node.get(word.name)
        field = name.text if isinstance(name, Scalar) else word.name
        reading.problems.error(node.span, "W240", field=field)


__all__ = ["group_schemas", "leaf_schema", "read_condition"]
