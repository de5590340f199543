"""An HTML mail to be looked at: without what runs, without what is fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from html.parser import HTMLParser

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
"""Of the frame that a mail is shown in: styles of its own, pictures that it brings itself, nothing else."""
_LEFT_OUT = frozenset(
    {"script", "iframe", "frame", "object", "embed", "link", "meta", "base", "form", "input", "button"}
)
_WITH_TEXT = frozenset({"script", "iframe", "object"})
_FETCHING = frozenset({"src", "srcset", "background", "poster", "data", "action", "formaction", "href"})
_KEPT = ("data:image/", "mailto:", "tel:")


class _Cleaner(HTMLParser):
    """Writes the mail down again as it reads it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _WITH_TEXT:
            self._inside += 1
        if tag in _LEFT_OUT or self._inside:
            return
        told = "".join(f' {name}="{escape(value or "")}"' for name, value in _harmless(attrs))
        self.written.append(f"<{tag}{told}>")

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag not in _LEFT_OUT and not self._inside:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _WITH_TEXT:
            self._inside = max(0, self._inside - 1)
        elif tag not in _LEFT_OUT and not self._inside:
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.written.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def _harmless(attrs: Sequence[tuple[str, str | None]]) -> Iterator[tuple[str, str | None]]:
    for name, value in attrs:
        fetches = name.rpartition(":")[2] in _FETCHING and not (value or "").lower().startswith(_KEPT)
        if name.startswith("on") or fetches or "url(" in (value or "").lower():
            continue
        yield name, value


def harmless(mail: str) -> str:
    """The mail as it may be shown. The frame's policy refuses what this leaves in."""
    cleaner = _Cleaner()
    cleaner.feed(mail)
    cleaner.close()
    return "".join(cleaner.written)
