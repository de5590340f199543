"""May this letter leave now? Asked on today's data, in the transaction that claims the letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from engine.ledger.post import Letter, Post, Writer
from engine.model.effects import EffectKind
from engine.model.entities import Field, Model
from engine.model.nights import LetterState
from engine.posting.hours import end_of_quiet, spread, start_of_day, tomorrow
from engine.records.consent import consents, consents_at, zone_at
from engine.records.session import Session
from engine.shapes.reading import ContactBudget, Settings, Template

COMMERCIAL = "commercial"
OPTED_OUT, GONE, QUIET, BUDGET, TOO_OLD = "W730", "W731", "W732", "W733", "W734"
PAUSED, FILE_AWAY, FILE_PAUSED = "W726", "W727", "W729"
_BUDGET_DAYS = 30
_LOOK_AGAIN = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(days=7)
"""A message that found no place in the budget for so long is not sent any more."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """Not now: at this instant again."""

    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Dropped:
    """Not at all; `state` is what the letter becomes."""

    code: str
    state: LetterState = LetterState.DROPPED


Verdict: TypeAlias = PutOff | Dropped


@dataclass(frozen=True)
class Rules:
    """What guards the recipients; `templates` tell which messages are commercial.

    `standing` are the ids of all workflow files, broken ones too, with the version that the file itself lets
    rest, else an empty text; None where nobody has looked.
    """

    model: Model
    settings: Settings
    templates: Mapping[str, Template]
    standing: Mapping[str, str] | None = None

    def resting(self, post: Post, letters: Sequence[Letter], now: datetime) -> dict[int, Verdict]:
        """Letters whose workflow was paused since it wrote them, or whose file is away; by number.

        They wait: a pause ends, and a file that stays away for a day takes its letters with it (F23). What
        somebody runs by hand although it is paused is sent.
        """
        found: dict[int, Verdict] = {}
        for one in post.writers_of([one.id for one in letters]):
            code = PAUSED if one.is_paused else self._file_says(one)
            if code:
                found[one.letter] = PutOff(code, now + _LOOK_AGAIN)
        return found

    def _file_says(self, writer: Writer) -> str:
        """Why the file of a workflow keeps a letter back; empty where it does not."""
        if self.standing is None:
            return ""
        if writer.workflow not in self.standing:
            return FILE_AWAY
        resting = self.standing[writer.workflow]
        return FILE_PAUSED if resting and resting != writer.version else ""

    def refusals(self, session: Session, letters: Sequence[Letter]) -> dict[int, Verdict]:
        """Messages whose recipient does not agree any more, or is not there any more; by number."""
        messages = [one for one in letters if one.kind == EffectKind.MESSAGE]
        found = self._refused_at(session, [one for one in messages if not one.module or not one.addressee])
        groups: dict[tuple[str, str], list[Letter]] = {}
        for one in messages:
            if one.module and one.addressee:
                groups.setdefault((one.module, one.channel), []).append(one)
        for (name, channel), some in groups.items():
            module = self.model.modules.get(name)
            agreed: dict[str, bool] = {}
            if module is not None:
                keys = {one.addressee for one in some if one.addressee}
                agreed = consents(session, module, self._consent(name, channel), keys)
            for one in some:
                said = agreed.get(one.addressee or "")
                if not said:
                    found[one.id] = Dropped(GONE if said is None else OPTED_OUT)
        return found

    def _refused_at(self, session: Session, letters: Sequence[Letter]) -> dict[int, Verdict]:
        """Letters of an older ledger, which does not tell to whom: all who bear the address must agree."""
        said: dict[tuple[str, str], bool] = {}
        for channel in {one.channel for one in letters}:
            addresses = {one.recipient for one in letters if one.channel == channel}
            for module in self.model.modules.values():
                address = module.contact(channel)
                if address is not None:
                    consent = module.fields.get(address.consent)
                    found = consents_at(session, module, address, addresses, consent=consent)
                    for at, agrees in found.items():
                        said[channel, at] = said.get((channel, at), True) and agrees
        answers = {one.id: said.get((one.channel, one.recipient)) for one in letters}
        return {
            number: Dropped(GONE if agrees is None else OPTED_OUT)
            for number, agrees in answers.items()
            if not agrees
        }

    def put_off(self, session: Session, letter: Letter, now: datetime) -> Verdict | None:
        """Whether a commercial message has to wait, or has waited too long for room in the budget."""
        found = self.has_to_wait(session, letter, now)
        is_full = found is not None and found.code == BUDGET
        if is_full and now - Post(session.connection).made_at(letter) > _LONGEST_WAIT:
            return Dropped(TOO_OLD)
        return found

    def has_to_wait(self, session: Session, letter: Letter, now: datetime) -> PutOff | None:
        """Whether a commercial message has to wait: quiet hours, then the budget of its recipient.

        It is quiet by the recipient's clock, where their record tells of one (RELIABILITY F33).
        """
        if letter.kind != EffectKind.MESSAGE or not self.is_commercial(letter.template):
            return None
        post, hours, zone = Post(session.connection), self.settings.quiet_hours, self.settings.zone
        free = end_of_quiet(hours, self._zone_of(session, letter) or zone, now)
        if free > now:
            return PutOff(QUIET, spread(hours, free, letter.recipient))
        budget = self.settings.contact_budget
        if budget is None or not letter.addressee or self._has_room(post, letter, budget, now):
            return None
        return PutOff(BUDGET, spread(hours, tomorrow(hours, zone, now), letter.recipient))

    def _zone_of(self, session: Session, letter: Letter) -> ZoneInfo | None:
        module = self.model.modules.get(letter.module or "")
        return zone_at(session, module, letter.addressee) if module and letter.addressee else None

    def is_commercial(self, template: str | None) -> bool:
        """A template that nobody knows any more is taken for one that sells."""
        known = self.templates.get(template or "")
        return known is None or known.kind == COMMERCIAL

    def _has_room(self, post: Post, letter: Letter, budget: ContactBudget, now: datetime) -> bool:
        zone = self.settings.zone
        since = start_of_day(zone, now, _BUDGET_DAYS - 1)
        other = [name for name, one in self.templates.items() if one.kind != COMMERCIAL]
        contacts = post.contacts(letter, other, since)
        today = start_of_day(zone, now)
        return len(contacts) < budget.per_30_days and sum(at >= today for at in contacts) < budget.per_day

    def _consent(self, module: str, channel: str) -> Field | None:
        about = self.model.modules[module]
        address = about.contact(channel)
        return None if address is None else about.fields.get(address.consent)
