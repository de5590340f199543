"""The ways messages leave: one file a kind, one line in the table."""

from engine.channels.file import File
from engine.channels.inbox import Inbox

CHANNELS = {File.name: File, Inbox.name: Inbox}

__all__ = ["CHANNELS", "File", "Inbox"]
