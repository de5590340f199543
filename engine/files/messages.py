"""What a message that sells must say, and what a text message costs."""

from __future__ import annotations

import re

from engine.model.diagnostics import Problems
from engine.model.document import Span
from engine.text import ParsedText, fixed_length

ONE_SMS, PART_OF_SMS = 70, 67
"""Characters of a text message that is one, and of each part of a longer one."""
_TO_STRANGERS = ("email", "sms")
_OPT_OUT = re.compile(
    r"退订|拒收|回复?\s*(?:TD|[RTNQ])(?![A-Za-z])|不(?:再|想)[^。；，]{0,6}(?:收|接|发)"
    r"|unsubscribe|opt(?:ing)?[ -]?out|\bSTOP\b",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"【[^】]+】")


def warn_of_selling(channel: str, parsed: ParsedText, at: Span, problems: Problems) -> None:
    """Note what a commercial message lacks: how to say no, and who it is from."""
    said = "\n".join((parsed.source, *parsed.partials.values()))
    if channel in _TO_STRANGERS and not _OPT_OUT.search(said):
        problems.warning(at, "W573", kind=channel)
    if channel == "sms" and not _SIGNATURE.search(said):
        problems.warning(at, "W574")


def warn_of_length(parsed: ParsedText, at: Span, problems: Problems) -> None:
    """Note a text message that counts as several, values not even counted."""
    length = fixed_length(parsed)
    if length > ONE_SMS:
        problems.warning(at, "W576", count=length, parts=parts_of_sms(length), limit=ONE_SMS)


def parts_of_sms(length: int) -> int:
    """As how many text messages so many characters count."""
    return 1 if length <= ONE_SMS else -(-length // PART_OF_SMS)
