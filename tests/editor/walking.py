"""Somebody walks through the editor with the keys alone, or with a finger: every step counted, and seen."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

PICTURES = os.environ.get("WAKELINE_PICTURES")
"""Where a picture of every step is kept."""
_LOST = 90
"""Nobody presses Tab more often than this to get somewhere."""
_SEEN = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "nothing has the focus";
  const shown = one.closest(".chip, .source") ?? one;
  const { outlineStyle, outlineWidth } = getComputedStyle(shown);
  const says = `${one.tagName} ${one.id} ${(one.textContent ?? "").trim().slice(0, 40)}`;
  const isPlace = one.matches("main, h1, h2, [role=tabpanel], section, dialog");
  if (!isPlace && (outlineStyle === "none" || parseFloat(outlineWidth) < 1)) return `no ring: ${says}`;
  const box = shown.getBoundingClientRect();
  const middle = (from, to, most) => (Math.max(from, 0) + Math.min(to, most)) / 2;
  const x = middle(box.left, box.right, innerWidth), y = middle(box.top, box.bottom, innerHeight);
  const over = document.elementFromPoint(x, y);
  if (!over) return `out of sight: ${says}`;
  return shown.contains(over) || over.contains(shown) ? "" : `covered by ${over.className}: ${says}`;
}"""


class Walk:
    """A way through pages. `count` is the keys pressed or the touches made so far."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name = page, name
        self.count, self.pictures = 0, 0

    def picture(self, step: str) -> None:
        """Keep what is seen now, where pictures are wanted."""
        self.pictures += 1
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(PICTURES) / f"walk-{self.name}-{self.pictures:02}-{step}.png")

    def region(self, name: str) -> Locator:
        """A part of the page that follows the text."""
        return self.page.locator(f'[data-region="{name}"]')


class Keys(Walk):
    """The keyboard alone: what has the focus is always seen."""

    def press(self, key: str, times: int = 1) -> None:
        """Press a key some times."""
        for _ in range(times):
            self.page.keyboard.press(key)
            self.count += 1

    def write(self, text: str) -> None:
        """Type; an input method gives a sign for every key."""
        self.page.keyboard.insert_text(text)
        self.count += len(text)

    def reach(self, wanted: Locator, key: str = "Tab") -> None:
        """Press Tab until one stands there. On the way everything is seen that one passes."""
        for _ in range(_LOST):
            self.press(key)
            self._look()
            if wanted.count() and wanted.first.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"no way to {wanted}")

    def _look(self) -> None:
        found = self.page.evaluate(_SEEN)
        assert found == "", found

    def go(self, wanted: Locator, key: str = "Enter") -> None:
        """Reach it and press it."""
        self.reach(wanted)
        self.press(key)

    def skip(self) -> None:
        """From the top of a page to what is on it."""
        self.press("Tab")
        self._look()
        self.press("Enter")


class Finger(Walk):
    """Touches alone; what is touched lies open, and is large enough for a finger."""

    def tap(self, wanted: Locator, least: int = 24) -> None:
        """Touch it once."""
        expect(wanted.first).to_be_visible()
        box: Any = wanted.first.bounding_box()
        assert min(box["width"], box["height"]) >= least, (str(wanted), box)
        wanted.first.tap()
        self.count += 1

    def write(self, wanted: Locator, text: str) -> None:
        """Touch a field and write into it what shall stand there."""
        self.tap(wanted)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.count += 1  # the field is left by one more touch, or by the key that closes the keyboard
        self.page.keyboard.press("Tab")


def has(text: str) -> re.Pattern[str]:
    """A text, whatever is around it."""
    return re.compile(re.escape(text))
