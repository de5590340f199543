"""Edits at random through the form that pages offer: no comment moves to another item, no other line changes.

Some in every run; `make torture` makes a thousand, with another seed each time.
"""

from __future__ import annotations

import random
from io import StringIO
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.editor.formed.judging import faults
from tests.editor.formed.ownership import Comment, Page
from tests.editor.formed.trying import house_in, texts_of, try_edits
from tests.editor.served import client_of

EDITS = 50


def test_no_comment_moves_to_another_item(tmp_path: Path) -> None:
    dice = random.Random(2026)
    files = house_in(tmp_path / "house", "silence", "signals", "care", "warnings")

    tried = try_edits(client_of(tmp_path / "house"), texts_of(tmp_path / "house", files, dice), EDITS, dice)

    assert tried.wrong == []
    assert tried.refused == []
    assert tried.edits == EDITS
    assert tried.comments > 10 * EDITS
    assert set(tried.kinds) == {"set", "unset", "insert", "remove", "move"}


FILE = """\
# of the file

a:  # of a
  # of the first
  - {x: 1}  # beside the first
  # of the second
  - y: 2    # of y
    z: |
      # no comment
  # nobody's

b: [  # opens
  1,  # of 1
  2
]
"""


def test_whose_a_comment_is() -> None:
    assert [(one.text, one.kind, one.whose) for one in Page(FILE).comments] == [
        ("# of the file", "free", ()),
        ("# of a", "beside", ("a",)),
        ("# of the first", "above", ("a", 0)),
        ("# beside the first", "beside", ("a", 0)),
        ("# of the second", "above", ("a", 1)),
        ("# of y", "beside", ("a", 1, "y")),
        ("# nobody's", "free", ("a",)),
        ("# opens", "beside", ("b",)),
        ("# of 1", "beside", ("b", 0)),
    ]


@pytest.mark.parametrize(
    "operation, wrong",
    [
        ({"kind": "remove", "path": ["a", 0]}, "'# of the second' should be above"),
        ({"kind": "insert", "path": ["a", 1], "value": {"n": 0}}, "does not say what was meant"),
        ({"kind": "move", "path": ["a", 1], "to": 0}, "'# of the first' should be above"),
        ({"kind": "set", "path": ["a", 0, "x"], "value": 5}, "the lines of ('b',) have changed"),
    ],
)
def test_a_plain_dump_is_found_out(operation: dict[str, object], wrong: str) -> None:
    """What loading, changing and dumping makes of comments and of the layout."""
    yaml, out = YAML(), StringIO()
    data, path = yaml.load(FILE), operation["path"]
    assert isinstance(path, list)
    if operation["kind"] == "set":
        data["a"][0]["x"] = 5
    elif operation["kind"] == "insert":
        data["a"].insert(1, operation["value"])
    else:
        taken = data["a"].pop(path[1])
        if operation["kind"] == "move":
            data["a"].insert(0, taken)
    yaml.dump(data, out)

    assert any(wrong in one for one in faults(Page(FILE), operation, Page(out.getvalue())))


def test_what_is_lost_or_put_elsewhere_is_found_out() -> None:
    rename = {"kind": "set", "path": ["a", 1, "y"], "value": 3}
    right = FILE.replace("y: 2", "y: 3")

    def told(text: str) -> list[str]:
        return list(faults(Page(FILE), rename, Page(text)))

    assert told(right) == []
    assert told(FILE) == ["the text does not say what was meant"]
    assert told(right.replace("  # of the first\n", "")) == [
        "'# of the first' should be above ('a', 0), and is gone"
    ]
    moved = told(right.replace("  # nobody's\n\n", "").replace("b: [", "# nobody's\nb: ["))
    assert moved[0] == "\"# nobody's\" should be free ('a',), and is [\"above ('b',)\"]"
    assert told(right.replace("{x: 1}", "{ x: 1 }"))
    assert Comment("# of y", "beside", ("a", 1, "y")) in Page(right).comments
