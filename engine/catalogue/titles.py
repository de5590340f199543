"""What a word is called and what it does, in one language: `words.toml` as an object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from engine.texts import Texts


@dataclass(frozen=True, slots=True)
class Titles:
    """The texts of all words, by family and word; `phrase` gives those of the reference itself."""

    texts: Texts

    @property
    def language(self) -> str:
        """`zh` or `en`."""
        return self.texts.language

    def title(self, family: str, word: str) -> str:
        """What the word is called."""
        return self._said(f"words.{family}.{word}.title")

    def help(self, family: str, word: str) -> str:
        """One sentence for people who do not program."""
        return self._said(f"words.{family}.{word}.help")

    def _said(self, key: str) -> str:
        try:
            return self.texts.say(key)
        except KeyError:
            raise KeyError(f"engine/texts/{self.language}/words.toml lacks {key}") from None

    def phrase(self, key: str, **facts: str) -> str:
        """A heading or a small word of the reference."""
        return self.texts.say(f"catalogue.{key}", **facts)

    def of(self, family: str, word: str) -> dict[str, str]:
        """Title and description as JSON Schema spells them."""
        return {"title": self.title(family, word), "description": self.help(family, word)}


@lru_cache(maxsize=2)
def titles(language: str) -> Titles:
    """The texts of a language (`zh` or `en`)."""
    return Titles(Texts.of(language))
