"""What a file says, read back in plain words: conditions, triggers, people and steps, in both languages."""

from engine.report.phrases.conditions import Phrases

__all__ = ["Phrases"]
