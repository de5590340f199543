"""Counts what a simulation does, night by night: for whom, by whom, at which step."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.files.responses import concerned
from engine.ledger.deeds import Deed
from engine.model.effects import EffectKind
from engine.model.entities import Field, FieldType, Model, Module
from engine.model.operands import FieldValue
from engine.model.workflow import Workflow
from engine.records.session import Session
from engine.simulation.labels import labels_of
from engine.simulation.outcome import TOUCHES, Cell, Kind, Landing
from engine.simulation.reactions import key_of

_KINDS = {
    EffectKind.MESSAGE: Kind.MESSAGE,
    EffectKind.NOTICE: Kind.NOTICE,
    EffectKind.ASK: Kind.ASK,
    EffectKind.CREATE: Kind.TASK,
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A deed with its kind, whom it falls to, and the records that it is about, by module."""

    deed: Deed
    kind: Kind
    person: str
    about: Mapping[str, str | int]


@dataclass
class Tally:
    """What was counted so far. Touches are those of the records that tasks belong to."""

    model: Model
    workflows: Mapping[str, Workflow]
    cells: Counter[Cell] = field(default_factory=Counter)
    touched: Counter[str | int] = field(default_factory=Counter)
    landed: dict[tuple[str, str, Kind], Counter[date]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def base(self) -> Module:
        """Whose touches are counted."""
        return concerned(self.model)

    def take(self, session: Session, deeds: Sequence[Deed], night: date) -> Iterator[Counted]:
        """Count some deeds of a night."""
        for one in self._known(session, [deed for deed in deeds if self._kind(deed) is not None]):
            self.cells[Cell(night, one.deed.workflow, one.person, one.kind)] += 1
            customer = one.about.get(self.base.key)
            if one.kind in TOUCHES and customer is not None:
                self.touched[customer] += 1
            if one.kind in TOUCHES:
                self.landed[one.deed.workflow, one.deed.path, one.kind][night] += 1
            yield one

    def landings(self) -> Iterator[Landing]:
        """Every step that touched somebody, by workflow and place in its file."""
        found: dict[tuple[str, str, Kind, str], Counter[date]] = defaultdict(Counter)
        for (workflow, path, kind), nights in self.landed.items():
            known = self.workflows.get(workflow)
            step, label = labels_of(known, self.model, path)
            found[workflow, step, kind, label] += nights
        for (workflow, step, kind, label), nights in sorted(found.items(), key=lambda one: one[0]):
            yield Landing(workflow, step, label, kind, dict(sorted(nights.items())))

    def _kind(self, deed: Deed) -> Kind | None:
        """None for records that are created and no tasks."""
        tasks = self.model.tasks
        if deed.made is not None and (tasks is None or tasks.module != deed.made[0]):
            return None
        return _KINDS.get(EffectKind(deed.kind))

    def _known(self, session: Session, deeds: Sequence[Deed]) -> Iterator[Counted]:
        """Each with its person and its records."""
        tasks = self._tasks(session, [one for one in deeds if one.made is not None])
        owners = self._of_records(session, deeds)
        for one in deeds:
            kind, module = self._kind(one), self._module(one)
            assert kind is not None
            owner, about = owners.get((one.workflow, one.record), ("", {}))
            if one.made is not None:
                person, customer = tasks.get(one.made[1], ("", None))
                about = {**about, **({} if customer is None else {self.base.key: customer})}
            else:
                person = one.to if kind in {Kind.NOTICE, Kind.ASK} else owner
            mine = {} if module is None else {module.key: key_of(module, one.record)}
            yield Counted(one, kind, person, {**about, **mine})

    def _module(self, deed: Deed) -> Module | None:
        workflow = self.workflows.get(deed.workflow)
        return None if workflow is None else workflow.module

    def _tasks(self, session: Session, deeds: Sequence[Deed]) -> dict[str, tuple[str, str | int | None]]:
        """Who got each task, and the customer it is about."""
        known = self.model.tasks
        if known is None or not deeds:
            return {}
        module = self.model.modules[known.module]
        to, about = (module.fields.get(known.fields.get(part, "")) for part in ("to", "record"))
        is_base = about is not None and about.to == self.base.key
        asked = [FieldValue(one, module) for one in (to, about if is_base else None) if one is not None]
        keys = [key_of(module, one.made[1]) for one in deeds if one.made is not None]
        found: dict[str, tuple[str, str | int | None]] = {}
        for key, *row in session.read_some(module, keys, asked):
            person = str(row[0] or "") if to is not None else ""
            customer = row[-1] if is_base else None
            found[str(key)] = person, None if customer is None else key_of(self.base, str(customer))
        return found

    def _of_records(
        self, session: Session, deeds: Iterable[Deed]
    ) -> dict[tuple[str, str], tuple[str, dict[str, str | int]]]:
        """The owner of each record, and the customer it belongs to."""
        found: dict[tuple[str, str], tuple[str, dict[str, str | int]]] = {}
        wanted: dict[str, dict[str, None]] = defaultdict(dict)
        for one in deeds:
            wanted[one.workflow][one.record] = None
        for workflow, records in wanted.items():
            known = self.workflows.get(workflow)
            if known is None:
                continue
            module = known.module
            owner, link = module.fields.get(module.owner), _link(module, self.base)
            asked = [FieldValue(one, module) for one in (owner, link) if one is not None]
            for key, *row in session.read_some(module, [key_of(module, one) for one in records], asked):
                person = str(row[0] or "") if owner is not None else ""
                customer = row[-1] if link is not None else None
                about = {} if customer is None else {self.base.key: key_of(self.base, str(customer))}
                found[workflow, str(key)] = person, about
        return found


def _link(module: Module, base: Module) -> Field | None:
    """How a record of another module points to its customer, where it does so once."""
    links = [one for one in module.fields.values() if one.type is FieldType.LINK and one.to == base.key]
    return links[0] if module is not base and len(links) == 1 else None
