"""HTML of a mail, as it may be shown: what could act or fetch is gone, its looks stay.

The frame has no scripts, no origin and a policy which lets only styles with its nonce through: so styles
that stand at single elements move into one sheet. Whatever is not named here is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser

FRAME = "default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'self'; sandbox"
"""The policy of a mail that has an address of its own; one inside a page has the page's."""
_HARMLESS = """
a abbr address article b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em
figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li main mark nav ol p pre q s samp section
small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var
"""
_TAGS = frozenset(_HARMLESS.split())
_VOID = frozenset({"br", "col", "hr"})
_UNSEEN = frozenset(
    (
        "head",
        "iframe",
        "noscript",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
    )
)
"""What stands in these is no text of the mail."""
_LOOKS = """
align bgcolor border cellpadding cellspacing color colspan dir height lang rowspan size start title
valign width
"""
_ATTRIBUTES = frozenset(_LOOKS.split())
_FETCHES = re.compile(r"url\s*\(|image-set|@import|expression|javascript:|behavior|\\", re.IGNORECASE)
_SIGNS = re.compile(r"[{}<>]")
_PLAIN = (
    "body{margin:12px;font:15px/1.6 system-ui,sans-serif;color:#1c1d1b;background:#fff;"
    "overflow-wrap:anywhere}"
)


def shown(source: str, nonce: str, image: str) -> str:
    """A whole document; `image` is what stands in the place of a picture."""
    cleaner = _Cleaner(image)
    cleaner.feed(source)
    cleaner.close()
    sheet = _PLAIN + "".join(f".s{number}{{{one}}}" for number, one in enumerate(cleaner.styles))
    return (
        f'<!doctype html><meta charset="utf-8"><style nonce="{escape(nonce)}">{sheet}</style>'
        f"<body>{''.join(cleaner.parts)}"
    )


class _Cleaner(HTMLParser):
    def __init__(self, image: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.styles: list[str] = []
        self._image = image
        self._open: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._hidden.append(tag)
        elif self._hidden:
            return
        elif tag == "img":
            alt = next((value for name, value in attrs if name == "alt" and value), self._image)
            self.parts.append(f"<span>[{escape(alt)}]</span>")
        elif tag in _TAGS:
            self.parts.append(f"<{tag}{''.join(self._attributes(attrs))}>")
            if tag not in _VOID:
                self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        elif not self._hidden and tag in self._open:
            while self._open:
                last = self._open.pop()
                self.parts.append(f"</{last}>")
                if last == tag:
                    return

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(escape(data))

    def _attributes(self, attrs: list[tuple[str, str | None]]) -> Iterator[str]:
        for name, value in attrs:
            if name == "style" and value and not _FETCHES.search(value) and not _SIGNS.search(value):
                self.styles.append(value)
                yield f' class="s{len(self.styles) - 1}"'
            elif name in _ATTRIBUTES:
                yield f' {name}="{escape(value or "")}"'
