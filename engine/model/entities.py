"""The company's data model: modules, fields, links, people; looked up by key or by label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from engine.model.document import Node, Span

BETWEEN_LANGUAGES = "\x1f"
"""Stands between the Chinese and the English form of a fact."""


class FieldType(StrEnum):
    """The field types of LANGUAGE section 5."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    LENGTH = "length"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    YES_NO = "yes_no"
    TAGS = "tags"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"

    @property
    def is_numeric(self) -> bool:
        """Kept as an exact number of ten-thousandths."""
        return self in {FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT}

    @property
    def is_text(self) -> bool:
        """Kept and compared as text that people typed."""
        return self in {FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE}

    @property
    def is_moment(self) -> bool:
        """A day or an instant."""
        return self in {FieldType.DATE, FieldType.DATETIME}


@dataclass(frozen=True, slots=True)
class Labels:
    """What people call a thing, by language; `also` holds older names."""

    zh: str
    en: str
    also: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """For the facts of a message, before its language is known: both names, the text takes its own."""
        return self.zh if self.zh == self.en else f"{self.zh}{BETWEEN_LANGUAGES}{self.en}"

    def of(self, language: str) -> str:
        """The name in a language (`zh` or `en`)."""
        return self.en if language == "en" else self.zh

    def all(self) -> tuple[str, ...]:
        """Every name, newest first."""
        return (self.zh, self.en, *self.also)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of a module, one object for each. `computed` is its definition as written."""

    key: str
    labels: Labels
    type: FieldType
    at: Span
    options: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    also_options: Mapping[str, str] = field(default_factory=dict)
    ordered: bool = False
    required: bool = False
    default: str | None = None
    computed: Node | None = None
    to: str = ""
    as_name: str = ""
    contact: str = ""
    consent: str = ""
    column: str = ""

    @property
    def may_be_missing(self) -> bool:
        """Whether a record may lack this value (LANGUAGE, Meaning 2)."""
        return not self.required and self.default is None

    def option(self, written: str) -> str | None:
        """The option that a written text means, or None when it is none."""
        if written in self.options or written in self.retired:
            return written
        return self.also_options.get(written)


@dataclass(frozen=True, eq=False)
class Module:
    """A kind of record, one object for each. `table` is empty where Wakeline keeps the records itself.

    `counts_as` says what its records are of a customer: an order, a contact, nothing; empty: its names tell.
    `changed_on` is the field that tells when a record was last written to, `time_zone` the one that tells by
    which clock people there live.
    """

    key: str
    labels: Labels
    fields: Mapping[str, Field]
    at: Span
    record_key: Field
    title: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    happens_on: str = ""
    table: str = ""
    counts_as: str = ""
    changed_on: str = ""
    time_zone: str = ""

    @property
    def title_field(self) -> Field | None:
        """The field by which people call its records; None where only the key tells them apart."""
        return self.fields.get(self.title)

    @cached_property
    def _names(self) -> dict[str, Field]:
        found: dict[str, Field] = {}
        for one in (*self.fields.values(), self.record_key):
            for name in (one.key, *one.labels.all()):
                found.setdefault(name, one)
        return found

    def field(self, name: str) -> Field | None:
        """The field of that key, label or older label."""
        return self._names.get(name)

    def field_names(self) -> tuple[str, ...]:
        """Every name that `field` answers to."""
        return tuple(self._names)

    def tags_field(self) -> Field | None:
        """The field that holds the module's tags."""
        return next((one for one in self.fields.values() if one.type is FieldType.TAGS), None)

    def contact(self, way: str) -> Field | None:
        """The field that holds the address for a way of contact, such as `email`."""
        return next((one for one in self.fields.values() if one.contact == way), None)


@dataclass(frozen=True, slots=True)
class Relation:
    """Records of `module` that point to a record of `to` by the link field `link`."""

    name: str
    module: Module
    link: Field
    to: Module


@dataclass(frozen=True, slots=True)
class People:
    """The module of colleagues, its link to the supervisor and the yes_no field `active`."""

    module: str
    supervisor: str
    active: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Tasks:
    """Where `create_task` writes: the module and the field for each part of a task (empty: not kept).

    `done`: the values of fields that say a task is done, in kept form; empty where nothing says it.
    `cancelled`: what is written where a task is not to be done after all; empty where nothing says it.
    """

    module: str
    fields: Mapping[str, str]
    defaults: Mapping[str, str]
    done: Mapping[str, tuple[str | int | None, ...]] = field(default_factory=dict)
    cancelled: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """All modules of a workspace."""

    modules: Mapping[str, Module]
    people: People | None = None
    tasks: Tasks | None = None
    file: str = "model.yaml"

    @cached_property
    def _names(self) -> dict[str, Module]:
        found: dict[str, Module] = {}
        for module in self.modules.values():
            for name in (module.key, *module.labels.all()):
                found.setdefault(name, module)
        return found

    def module(self, name: str) -> Module | None:
        """The module of that key or label."""
        return self._names.get(name)

    def module_names(self) -> tuple[str, ...]:
        """Every name that `module` answers to."""
        return tuple(self._names)

    def relations(self, module: Module) -> Iterator[Relation]:
        """The relations whose records point to `module`, named by the link's `as`."""
        for other in self.modules.values():
            for link in other.fields.values():
                if link.type is FieldType.LINK and link.to == module.key:
                    yield Relation(link.as_name or other.labels.zh, other, link, module)

    def relation(self, module: Module, name: str) -> Relation | None:
        """The relation of that name; a related module's key or label serves too when it is the only one."""
        known = list(self.relations(module))
        for one in known:
            if one.name == name:
                return one
        other = self.module(name)
        matching = [one for one in known if one.module is other]
        return matching[0] if len(matching) == 1 else None

    def linked(self, link: Field) -> Module:
        """The module a link field points to."""
        return self.modules[link.to]
