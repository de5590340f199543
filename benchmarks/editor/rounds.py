"""One round: everything that has a budget, once, as a person does it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.editor.houses import AT, FIFTY, FIRST, LONG, TRIED, edited, filled_house, shipped_house
from benchmarks.editor.person import Person

_STEP = 'summary:has-text("客户层级是 A、B 或 C")'
_BOX = "#f-conditions-all-2-is-1"
_OFFERS = ".cm-tooltip-autocomplete li"
_ROWS = "#dry-list tbody tr"


Served: TypeAlias = Callable[[Path, str], AbstractContextManager[tuple[str, str]]]


@dataclass(frozen=True)
class Desks:
    """Two editors, each as address and key: on what ships, and on a store of many customers."""

    folder: Path
    shipped: tuple[str, str]
    filled: tuple[str, str]


@contextmanager
def desks(size: int, served: Served = edited) -> Iterator[Desks]:
    """Both, with so many customers; `served` is how a folder and its store are served."""
    with (
        shipped_house() as folder,
        filled_house(size) as (reference, store),
        served(folder, "") as shipped,
        served(reference, store) as filled,
    ):
        yield Desks(folder, shipped, filled)


def measured(browser: Any, where: Desks) -> dict[str, float]:
    """Milliseconds by the names of the budgets. Drafts of the round before are no part of it."""
    shutil.rmtree(where.folder / ".wakeline" / "drafts", ignore_errors=True)
    with Person(browser, *where.shipped) as person:
        found = {"ready": person.opened(FIRST), "form": _ticked(person)}
        person.opened(FIFTY, "yaml")
        found["50 lines"], found["completion"] = _typed(person), _offered(person)
        person.opened(LONG, "yaml")
        found["500 lines"] = _typed(person)
    with Person(browser, *where.filled) as person:
        person.opened(TRIED, "dry-run")
        found["dry run"] = _tried(person)
    return found


def _ticked(person: Person) -> float:
    person.page.locator(_STEP).first.click()
    return person.timed(person.page.locator(_BOX).uncheck, "analysed")


def _typed(person: Person) -> float:
    """A line at the end of the file; the page asks when typing pauses."""
    person.page.locator(".cm-content").focus()
    person.page.keyboard.press("Control+End")
    return person.timed(lambda: person.page.keyboard.insert_text("# 改"), "analysed", since="asked")


def _offered(person: Person) -> float:
    """On a new line."""
    person.page.keyboard.press("Enter")
    return person.timed(lambda: person.page.keyboard.press("Control+Space"), _OFFERS)


def _tried(person: Person) -> float:
    person.page.locator("#dry-at").fill(AT)
    return person.timed(lambda: person.page.keyboard.press("Control+Enter"), _ROWS)
