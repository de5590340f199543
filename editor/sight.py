"""What whoever asks may see: whose records, and which signs of a number or an address."""

from __future__ import annotations

import re

from flask import Flask, Response, g

from editor.studio import studio_here
from editor.visitors import visitor

_MAIL = re.compile(r"([^\s@<>,;:()\"'，。；：（）、]+)@([\w-]+(?:\.[\w-]+)+)")
_PHONE = re.compile(
    r"(?<![\w.-])(?:"
    r"\+\d{1,3}[ -]?(?:\d[ -]?){6,12}\d"  # with its country
    r"|(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"  # a mobile phone
    r"|0\d{2,3}[ -]?\d{4}[ -]?\d{3,4}(?:-\d{1,5})?"  # a line, with its town, and who is behind it
    r"|400[ -]?\d{3}[ -]?\d{4}"
    r")(?![\w-])",
    re.ASCII,
)
_HEAD, _TAIL = 3, 2
_READ = frozenset({"text/html", "text/csv", "application/json"})


def owners_here() -> frozenset[str] | None:
    """The colleagues whose records whoever asks may see; None: all. Nobody, where no person is linked."""
    one = visitor()
    if one is None:
        return frozenset()
    if not one.is_limited:
        return None
    if not one.person:
        return frozenset()
    if one.role != "supervisor":
        return frozenset({one.person})
    if "owners" not in g:
        g.owners = studio_here().desk().people_below(one.person)
    found: frozenset[str] = g.owners
    return found


def masks_here() -> bool:
    """Whether whoever asks sees no phone number and no address in full."""
    one = visitor()
    return one is not None and one.masks


def mask_answers(app: Flask) -> None:
    """What viewers get is masked as it leaves, so that no page can forget it."""

    @app.after_request
    def mask(response: Response) -> Response:
        if response.mimetype in _READ and not response.direct_passthrough and masks_here():
            response.set_data(masked(response.get_data(as_text=True)))
        return response


def masked(text: str) -> str:
    """The same with phone numbers and e-mail addresses made unreadable: 138****56, z***@example.cn."""
    return _PHONE.sub(_masked_phone, _MAIL.sub(lambda found: f"{found[1][0]}***@{found[2]}", text))


def _masked_phone(found: re.Match[str]) -> str:
    return f"{found[0][:_HEAD]}****{found[0][-_TAIL:]}"
