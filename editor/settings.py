"""What readers have chosen, kept in cookies: language, theme, whether keys work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Request, Response

THEMES = ("system", "light", "dark")
KEYS = ("on", "off")
_YEAR = 365 * 24 * 3600


def setting(request: Request, name: str, known: Sequence[str]) -> str:
    """What was chosen, else the first."""
    chosen = request.cookies.get(name, "")
    return chosen if chosen in known else known[0]


def language_of(request: Request, usual: Callable[[], str]) -> str:
    """`zh` or `en`: as chosen, else as the browser asks, else the workspace's.

    Every Chinese is read as the one there is: `best_match` would not find zh-HK in zh-CN.
    """
    wanted = [request.args.get("lang", ""), request.cookies.get("lang", "")]
    wanted += [tag for tag, _ in request.accept_languages]
    return next(filter(None, map(_known, wanted)), "") or usual()


def _known(tag: str) -> str:
    first = tag.replace("_", "-").partition("-")[0].lower()
    return first if first in {"zh", "en"} else ""


def remembering(response: Response, chosen: str) -> Response:
    """A language that was chosen on a page holds for the next one."""
    if _known(chosen):
        response.set_cookie("lang", _known(chosen), max_age=_YEAR, samesite="Lax")
    return response
