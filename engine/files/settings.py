"""workspace.yaml: time zone, language, currency, store, channels, guards."""

from __future__ import annotations

import re
from datetime import time
from zoneinfo import ZoneInfo

from engine.files.calendar import ASKED, read_calendar
from engine.files.channels import read_channels
from engine.files.exclusions import EXCLUSIONS
from engine.files.responses import SIMULATION
from engine.files.scalars import text_of
from engine.model.diagnostics import Problems
from engine.model.document import Document, Mapping, Node, Scalar, is_nothing
from engine.model.lengths import nearest_length, parse_length
from engine.shapes.reading import ContactBudget, QuietHours, Recording, Settings
from engine.shapes.schema import TEXT, WHOLE, block, one_of_words, ref
from engine.shapes.shape import fits
from engine.shapes.zones import read_share, read_whole, read_zone

LIMITS = block({"at_most": WHOLE, "share": TEXT})
_HOUR = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
_TIMES = {**WHOLE, "minimum": 1}
QUIET_HOURS = {"anyOf": [block({"from": _HOUR, "to": _HOUR}, "from", "to"), one_of_words("none")]}
CONTACT_BUDGET = {"anyOf": [block({"per_day": _TIMES, "per_30_days": _TIMES}), one_of_words("none")]}
RECORDING = {"anyOf": [block({"keep": TEXT, "details_of": WHOLE}), one_of_words("none")]}
CAPACITY = block({"tasks_per_person_per_day": {**WHOLE, "minimum": 1}}, "tasks_per_person_per_day")
EVENTS = block({"secret_env": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}}, "secret_env")
SCHEMA = block(
    {
        "language": one_of_words("zh", "en"),
        "time_zone": TEXT,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "calendar": ASKED,
        "store": TEXT,
        "publish": one_of_words("automatic", "by_hand"),
        "second_person": one_of_words("none", "messages", "everything"),
        "fallback_person": TEXT,
        "roles": {"type": "object", "additionalProperties": ref("condition")},
        "exclusions": EXCLUSIONS,
        "capacity": CAPACITY,
        "notices": TEXT,
        "channels": {"type": "object", "additionalProperties": ref("channel")},
        "quiet_hours": QUIET_HOURS,
        "contact_budget": CONTACT_BUDGET,
        "recording": RECORDING,
        "simulation": SIMULATION,
        "events": EVENTS,
        "guards": block(
            {"messages": LIMITS, "updates": LIMITS, "creates": LIMITS, "messages_per_day": WHOLE},
        ),
    }
)

GUARDS = {"messages": (500, 0.05), "updates": (5000, 0.10), "creates": (5000, 0.10)}
"""What one run may do before it is held (DESIGN section 7); workspace.yaml and files may raise it."""

MESSAGES_PER_DAY = 2000


def read_settings(
    document: Document | None, problems: Problems, calendar: Document | None = None
) -> Settings:
    """The settings of a workspace; defaults where a file or a key is absent."""
    root = document.root if document else None
    if root is None:
        return Settings(
            ZoneInfo("Asia/Shanghai"),
            guards={**GUARDS, "messages_per_day": (MESSAGES_PER_DAY, 1.0)},
            late_calendar=read_calendar(calendar, None, problems),
        )
    fits(root, SCHEMA, problems)
    return Settings(
        zone=read_zone(root.get("time_zone"), problems) or ZoneInfo("Asia/Shanghai"),
        language=text_of(root.get("language"), "zh"),
        currency=text_of(root.get("currency"), "CNY"),
        store=text_of(root.get("store")),
        publish="by_hand" if text_of(root.get("publish"), "automatic") != "automatic" else "automatic",
        second_person=text_of(root.get("second_person"), "none"),
        fallback_person=_scalar(root.get("fallback_person")),
        notices=text_of(root.get("notices"), "inbox"),
        channels=read_channels(root.get("channels"), problems),
        guards=_guards(root.get("guards"), problems),
        late_calendar=read_calendar(calendar, root.get("calendar"), problems),
        roles=_entries(root.get("roles")),
        exclusions=root.get("exclusions"),
        simulation=root.get("simulation"),
        tasks_per_person=_tasks_per_person(root.get("capacity")),
        quiet_hours=_quiet_hours(root.get("quiet_hours")),
        contact_budget=_contact_budget(root.get("contact_budget")),
        recording=_recording(root.get("recording"), problems),
        events_secret=_secret_of(root.get("events")),
    )


def _secret_of(node: Node | None) -> str:
    """The environment variable that holds what events from outside are signed with; empty: none may come."""
    return text_of(node.get("secret_env")) if isinstance(node, Mapping) else ""


def _scalar(node: Node | None) -> Scalar | None:
    return node if isinstance(node, Scalar) and not is_nothing(node) else None


def _tasks_per_person(node: Node | None) -> int | None:
    """How many tasks a colleague may get on one day; None: any number."""
    found = read_whole(node.get("tasks_per_person_per_day"), 0) if isinstance(node, Mapping) else 0
    return found or None


def _quiet_hours(node: Node | None) -> QuietHours | None:
    """When commercial messages wait; the usual hours where nothing that can be read is written."""
    if isinstance(node, Scalar) and node.text == "none":
        return None
    written = [text_of(node.get(key)) for key in ("from", "to")] if isinstance(node, Mapping) else []
    if len(written) < 2 or not all(re.fullmatch(_HOUR["pattern"], one) for one in written):
        return QuietHours()
    return QuietHours(*map(time.fromisoformat, written))


def _contact_budget(node: Node | None) -> ContactBudget | None:
    """How many commercial messages a customer may get; the usual number where none is written."""
    if isinstance(node, Scalar) and node.text == "none":
        return None
    usual, block_ = ContactBudget(), node if isinstance(node, Mapping) else None
    if block_ is None:
        return usual
    per_day = read_whole(block_.get("per_day"), usual.per_day)
    return ContactBudget(per_day, read_whole(block_.get("per_30_days"), max(usual.per_30_days, per_day)))


def _recording(node: Node | None, problems: Problems) -> Recording | None:
    """What runs leave behind so that "why (not)?" can be told later; the usual where nothing is written."""
    if isinstance(node, Scalar) and node.text == "none":
        return None
    usual, block_ = Recording(), node if isinstance(node, Mapping) else None
    if block_ is None:
        return usual
    written, keep = block_.get("keep"), usual.keep
    if isinstance(written, Scalar):
        length = parse_length(written.text)
        if length is None or not length.counts_days or length.is_working:
            problems.error(written.span, "W221", value=written.text, nearest=nearest_length(written.text))
        keep = length or keep
    return Recording(keep, read_whole(block_.get("details_of"), usual.details_of))


def _entries(node: Node | None) -> dict[str, Node]:
    return {key.text: one for key, one in node.entries} if isinstance(node, Mapping) else {}


def read_limits(node: Node | None, default: tuple[int, float], problems: Problems) -> tuple[int, float]:
    """`{at_most: 500, share: 5 %}`, each optional."""
    if not isinstance(node, Mapping):
        return default
    number = read_whole(node.get("at_most"), default[0])
    share = read_share(node.get("share"), problems)
    return number, default[1] if share is None else share


def _guards(node: Node | None, problems: Problems) -> dict[str, tuple[int, float]]:
    block_ = node if isinstance(node, Mapping) else None
    found = {
        name: read_limits(block_.get(name) if block_ else None, GUARDS[name], problems) for name in GUARDS
    }
    a_day = read_whole(block_.get("messages_per_day") if block_ else None, MESSAGES_PER_DAY)
    found["messages_per_day"] = (a_day, 1.0)
    return found
