"""The messages of a dry run, as they would leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.dryrun import RecordPlan
from engine.model.effects import Draft, Effect, EffectKind, Message, Text
from engine.texts import Texts


@dataclass(frozen=True)
class LetterTold:
    """A letter as it would leave; `is_html`: its body is HTML."""

    title: str
    subject: str
    body: str
    channel: str = ""
    template: str = ""
    to: str = ""
    is_html: bool = False


def letters_of(plan: RecordPlan, draft: Draft, texts: Texts) -> Iterator[LetterTold]:
    """Those that a record would get, in order."""
    letters = (one for one in draft.batches if isinstance(one, Message))
    html = tuple(one.path for one in letters if isinstance(one.body, Text) and one.body.html)
    for effect in plan.effects:
        if isinstance(effect, Effect) and effect.kind is EffectKind.MESSAGE:
            details = effect.details
            title = texts.say("plan.sample_message", template=details["template"], to=details["to"])
            yield LetterTold(
                title,
                details["subject"] or "",
                details["body"],
                details["channel"],
                details["template"],
                str(details["to"] or ""),
                effect.path.startswith(html),
            )
