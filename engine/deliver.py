"""Deliver: what waits in the outbox is handed to its channels, each letter once.

A letter is marked `sending` before it goes out and `sent` after. What leaves the house goes one by one: the
mark of one letter and the claim of the next are one transaction, so whoever is killed leaves one letter of
which it is not known whether it arrived. Such letters are found again by the age of their claim; they are
held for a person or sent once more, as their channel says. A channel that keeps its letters in this database
is never in doubt: it takes them in the transaction that marks them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from engine.channels.parcel import Channel, InDoubt, Later, Outcome, Parcel, Refused, Sent
from engine.ledger.bounces import Bounces, normal_address
from engine.ledger.claims import Hand
from engine.ledger.post import Letter, Post
from engine.model.diagnostics import ChannelError
from engine.model.effects import EffectKind
from engine.model.nights import LetterState
from engine.model.values import stored_instant
from engine.posting.backoff import Breaker, next_try
from engine.posting.bounced import Bounced
from engine.posting.deliveries import Deliveries
from engine.posting.instance import Forgotten
from engine.posting.outlets import Outlets
from engine.posting.parcels import parcel_of, together
from engine.posting.rules import Dropped, PutOff, Verdict
from engine.posting.sent_log import mark_of
from engine.posting.switch import stopped_by
from engine.records.session import Session

PAGE_LETTERS = 5_000
LEAVING_LETTERS = 50
LONGEST = timedelta(seconds=30)
"""How many letters one call hands to a channel that leaves the house, and how long it may take for them."""


def deliver_messages(session: Session, outlets: Outlets, now: Callable[[], datetime]) -> Deliveries:
    """Empty the outbox, what stays in the house first; letters of a failing channel wait, with its answer.

    A worker that is asked to leave does so after the letter in hand.
    """
    deliveries = Deliveries()
    post = Post(session.connection)
    names = post.channels(LetterState.WAITING, LetterState.SENDING)
    for name in sorted(names, key=lambda one: not _is_ours(outlets.channels.get(one))):
        channel = outlets.channels.get(name)
        is_slow = channel is not None and channel.leaves and not channel.is_ours
        limit = LEAVING_LETTERS if is_slow else PAGE_LETTERS
        is_over = False
        while not is_over and not outlets.leaves():
            batch = deliver_channel(session, outlets, name, now(), limit=limit)
            deliveries.add(batch)
            is_over = batch.is_over
    return deliveries


def deliver_channel(
    session: Session, outlets: Outlets, name: str, now: datetime, *, limit: int = LEAVING_LETTERS
) -> Deliveries:
    """Hand at most `limit` letters that are due to one channel; may be repeated at any time, by anybody."""
    channel = outlets.channels.get(name)
    batch = _Batch(session, outlets, name, now)
    try:
        if channel is None:
            raise ChannelError("W703", channel=name)
        if channel.is_ours:
            return batch.into_the_house(channel, limit)
        with session.transaction():
            left = batch.begin(channel)
        outlets.handed.forget(left)
        return batch.one_by_one(channel, limit) if channel.leaves else batch.by_page(channel, limit)
    except ChannelError as failure:
        return batch.over(failure)
    finally:
        if channel is not None:
            channel.close()


def _is_ours(channel: Channel | None) -> bool:
    return channel is not None and channel.is_ours


class _Batch:
    """One call of `deliver_channel`."""

    def __init__(self, session: Session, outlets: Outlets, name: str, now: datetime) -> None:
        self.session, self.outlets, self.name = session, outlets, name
        self.post = Post(session.connection)
        self.done = Deliveries(is_over=False)
        self.now, self._began = now, outlets.machine()
        self._bounced = Bounced(Bounces(session.connection), name)
        self._forgotten = Forgotten()
        self._touched = False

    @property
    def _hand(self) -> Hand:
        """Who sends, and when by the machine."""
        return Hand(self.outlets.worker, self.outlets.machine())

    def over(self, failure: ChannelError) -> Deliveries:
        """Nothing more can be tried: what is due waits, and why is told."""
        with self.session.transaction():
            self.done.failed += self.post.count_due(self.name, self.now)
            if failure.code != "W723":  # whose time would be another on every call
                self.post.explain(self.name, {"code": failure.code, **failure.facts}, self.now)
        self.done.told.append(failure)
        self.done.is_over = True
        return self.done

    # --- pages that stay --------------------------------------------------------------------------

    def into_the_house(self, channel: Channel, limit: int) -> Deliveries:
        """A page that stays in the database: claimed and kept in one transaction.

        Where it only plays that it leaves, as in a simulation, the same is asked as of what does: of one
        recipient a letter a page, so that the next one finds it among those that count.
        """
        with self.session.transaction():
            found = self.post.lock(self.post.due(self.name, self.now, limit))
            letters = self._allowed(_one_each(found)) if channel.leaves else found
            if letters:
                self.post.claim(letters, self._hand, self.now)
                channel.send([parcel for parcel, _ in self._parcels(letters)])
                self.post.mark_sent([one.id for one in letters], self.now)
        self.done.sent += len(letters)
        self.done.is_over = not found
        return self.done

    def by_page(self, channel: Channel, limit: int) -> Deliveries:
        """A page for a file: claimed, written, marked. What is in doubt later, the file itself tells."""
        with self.session.transaction():
            found = self.post.lock(self.post.due(self.name, self.now, limit))
            letters = self.post.claim(self._agreed(found), self._hand, self.now)
        if letters:
            parcels = self._parcels(letters)
            try:
                channel.send([parcel for parcel, _ in parcels])
            except ChannelError as failure:
                answer = {"code": failure.code, **failure.facts}
                with self.session.transaction():
                    self.post.mark_waiting([one.id for one in letters], answer)
                raise
            with self.session.transaction():
                self.post.mark_sent([one.id for one in letters], self.now)
        self.done.sent += len(letters)
        self.done.is_over = not found
        return self.done

    # --- letters that leave -----------------------------------------------------------------------

    def one_by_one(self, channel: Channel, limit: int) -> Deliveries:
        """Letters that leave the house, each claimed in the transaction that settles the one before it."""
        with self.session.transaction():
            waiting = self._parcels(self.post.due(self.name, self.now, limit))
        settle: Callable[[], None] = _nothing
        settled: Sequence[Letter] = ()
        while True:
            with self.session.transaction():
                settle()
                stopped = self._stopped()
                claimed = None if stopped or self._is_late() else self._next(waiting)
            self.outlets.handed.forget(settled)
            if stopped is not None:
                raise stopped
            if claimed is None:
                self.done.is_over = not self._touched
                return self.done
            settled, settle = claimed[1], self._hand_over(channel, *claimed)

    def _is_late(self) -> bool:
        """Whether the worker is to leave, or this call's moment is over: quiet hours may have begun."""
        return self.outlets.leaves() or (self._touched and self.outlets.machine() - self._began > LONGEST)

    def _stopped(self) -> ChannelError | None:
        """Why the next letter must not leave: somebody has stopped all, or the channel keeps failing."""
        breaker = self._breaker()
        if breaker.until is not None and breaker.is_open(self.now):
            return ChannelError("W723", channel=self.name, at=stored_instant(breaker.until))
        return stopped_by(self.post)

    def _next(self, waiting: list[tuple[Parcel, list[Letter]]]) -> tuple[Parcel, list[Letter]] | None:
        """The next parcel that may leave, claimed; what may not is put off or dropped on the way."""
        while waiting:
            found = self.post.lock(waiting.pop(0)[1])
            self._touched = self._touched or bool(found)
            letters = self._allowed(found)
            if letters:
                claimed = self.post.claim(letters, self._hand, self.now)
                return parcel_of(claimed, self._at), claimed
        return None

    def _hand_over(self, channel: Channel, parcel: Parcel, letters: list[Letter]) -> Callable[[], None]:
        """Give a parcel to the channel; what is to be written down of it with the next claim."""
        ids = [one.id for one in letters]
        self.outlets.handed.begin(letters)
        try:
            (outcome,) = channel.send([parcel])
        except ChannelError as failure:
            self.outlets.handed.answer(letters, Later(failure.code))
            with self.session.transaction():
                self._later(letters, Later(failure.code), failure.facts)
                self._failed()
            self.outlets.handed.forget(letters)
            self.done.failed += len(ids)
            raise
        self.outlets.handed.answer(letters, outcome)
        end = self._log(letters) if isinstance(outcome, Sent) else 0
        return lambda: self._note_answer(letters, outcome, end)

    def _log(self, letters: list[Letter]) -> int:
        """On the disk before the database says so. A log that cannot be written stops the channel."""
        instance = self.outlets.instance
        if instance is None:
            return 0
        try:
            return instance.log.note(letters, self.now)
        except ChannelError:
            with self.session.transaction():
                self._note_sent(letters, Sent(), 0)
            raise

    def _note_answer(self, letters: list[Letter], answer: Outcome, end: int = 0) -> None:
        if isinstance(answer, Sent):
            self._note_sent(letters, answer, end)
        else:
            self._note(letters, answer)

    def _note_sent(self, letters: list[Letter], outcome: Sent, end: int) -> None:
        self.post.mark_sent([one.id for one in letters], self.now, outcome.provider_id)
        self._bounced.forget(letters[0])
        if self.outlets.instance is not None:
            self.outlets.instance.note(self.post, end)
        self._works()
        self.done.sent += len(letters)

    def _note(self, letters: list[Letter], outcome: Outcome) -> None:
        """A letter that was not taken, or of which it is not known."""
        answer = _answer(outcome)
        if isinstance(outcome, Later):
            self._works()
            self._later(letters, outcome, {"answer": outcome.answer})
            self.done.failed += len(letters)
        elif isinstance(outcome, Refused):
            self._works()
            self._bounced.note(letters, outcome, self.now)
            self.post.mark_as(LetterState.FAILED, [one.id for one in letters], answer)
            self.done.failed += len(letters)
        else:
            self._failed()
            self._doubt(letters, answer)

    def _later(self, letters: list[Letter], outcome: Later, facts: dict[str, str]) -> None:
        """Wait for the next try, or be dead after so many."""
        now, dice = self.now, self.outlets.dice()
        for one in letters:
            first = now if one.first_try_at is None else datetime.fromisoformat(one.first_try_at)
            again = next_try(tries=one.tries, first_try=first, now=now, after=outcome.after, dice=dice)
            answer = {"code": outcome.code, **facts}
            if again is None:
                self.post.mark_as(LetterState.FAILED, [one.id], answer)
            else:
                self.post.mark_waiting([one.id], answer, again)

    def _doubt(self, letters: list[Letter], answer: dict[str, str]) -> None:
        """Handed over without an answer: held for a person, or sent once more under the same number."""
        for one in letters:
            if self.outlets.resends(one):
                self._later([one], Later(answer["code"]), {"answer": answer.get("answer", "")})
            else:
                self.post.mark_as(LetterState.IN_DOUBT, [one.id], answer)
                self.done.in_doubt += 1

    # --- who may be written to -----------------------------------------------------------------------

    def _agreed(self, letters: list[Letter]) -> list[Letter]:
        """Those whose recipients still agree; the others are dropped, with the reason."""
        rules = self.outlets.rules
        refusals = self._bounced.refusals(letters)
        if rules is not None:
            refusals |= rules.resting(self.post, letters, self.now)
            refusals |= rules.refusals(self.session, letters)
        return [one for one in letters if not self._kept_back(one, refusals.get(one.id))]

    def _allowed(self, letters: list[Letter]) -> list[Letter]:
        """Those that may leave now."""
        rules, allowed = self.outlets.rules, list[Letter]()
        for one in self._agreed(letters):
            line = self._forgotten.take(one)
            if line is not None:
                self.post.mark_sent([one.id], line.at, f"log:{line.offset}")
            elif rules is None or not self._kept_back(one, rules.put_off(self.session, one, self.now)):
                allowed.append(one)
        return allowed

    def _kept_back(self, letter: Letter, verdict: Verdict | None) -> bool:
        if isinstance(verdict, PutOff):
            self.post.put_off(letter, verdict.code, verdict.until)
            self.done.put_off += 1
        elif isinstance(verdict, Dropped):
            self.post.mark_as(verdict.state, [letter.id], {"code": verdict.code})
            self.done.dropped += 1
        return verdict is not None

    # --- before the first letter ---------------------------------------------------------------------

    def begin(self, channel: Channel) -> list[Letter]:
        """Settles what a dead worker had in hand: these. Raises ChannelError where nothing may leave."""
        stopped = stopped_by(self.post)
        if stopped is not None:
            raise stopped
        if channel.leaves and self.outlets.instance is not None:
            self.outlets.instance.examine(self.post)
            self._forgotten = self.outlets.instance.forgotten(self.post, self.now)
        return self._rescue(channel)

    def _rescue(self, channel: Channel) -> list[Letter]:
        """Letters left behind: sent where that is written down, or remembered; else in doubt."""
        dead = [one for one in self.post.senders(self.name) if self.outlets.is_dead(one)]
        left = self.post.left_behind(self.name, replace(self._hand, dead=dead), self.outlets.lease)
        if not left:
            return left
        parcels = self._parcels(left)
        known = channel.known([parcel.key for parcel, _ in parcels])
        instance = self.outlets.instance
        logged = set() if instance is None else {(one.key, one.mark) for one in instance.log.lines()}
        for parcel, letters in parcels:
            ids = [one.id for one in letters]
            answer = self.outlets.handed.answer_of(letters, self.outlets.worker)
            if parcel.key in (known or ()) or (letters[0].key, mark_of(letters[0])) in logged:
                self.post.mark_sent(ids, self.now)
                self.done.sent += len(ids)
            elif known is not None or self.outlets.handed.never_left(letters, self.outlets.worker):
                self.post.mark_waiting(ids)  # the channel has not got them: it knows, or who claimed them
            elif answer is not None:
                self._note_answer(letters, answer)
            else:
                self._doubt(letters, {"code": "W724"})
        return left

    # --- the channel as a whole ----------------------------------------------------------------------

    @property
    def _fact(self) -> str:
        return f"channel/{self.name}"

    def _breaker(self) -> Breaker:
        return Breaker.read(self.post.facts.get(self._fact))

    def _failed(self) -> None:
        self.post.facts.put(self._fact, self._breaker().failed(self.now).kept())

    def _works(self) -> None:
        if self._breaker().failures:
            self.post.facts.forget(self._fact)

    # --- parcels -------------------------------------------------------------------------------------

    @property
    def _at(self) -> str:
        return stored_instant(self.now)

    def _parcels(self, letters: Sequence[Letter]) -> list[tuple[Parcel, list[Letter]]]:
        return [(parcel_of(some, self._at), some) for some in together(letters)]


def _one_each(letters: Sequence[Letter]) -> list[Letter]:
    """The first letter of each recipient, known by record or by address; notices are all first."""
    seen: set[object] = set()
    found = []
    for one in letters:
        record = (one.module, one.addressee) if one.addressee else one.id
        whom = {record, normal_address(one.recipient)}
        if one.kind == EffectKind.NOTICE:
            found.append(one)
        elif not whom & seen:
            found.append(one)
            seen |= whom
    return found


def _answer(outcome: Outcome) -> dict[str, str]:
    """What is kept of an answer: a code of the texts, and the words of the receiver."""
    code = "W724" if isinstance(outcome, InDoubt | Sent) else outcome.code
    said = outcome.provider_id if isinstance(outcome, Sent) else outcome.answer
    return {"code": code, **({"answer": said} if said else {})}


def _nothing() -> None:
    """Before the first letter there is none to settle."""
