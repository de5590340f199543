"""The words that do something with a record: one line a word."""

from collections.abc import Mapping

from engine.actions.add_tag import AddTag
from engine.actions.create_task import CreateTask
from engine.actions.if_then import IfThen
from engine.actions.notify import Notify
from engine.actions.send_template import SendTemplate
from engine.actions.stop import Stop
from engine.actions.update_field import UpdateField
from engine.model.kinds import Action, table

ACTIONS: Mapping[str, type[Action]] = table(
    UpdateField, AddTag, CreateTask, SendTemplate, Notify, IfThen, Stop
)
