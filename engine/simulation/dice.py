"""Chance that can be had again: the same seed and the same names give the same number."""

from __future__ import annotations

from hashlib import blake2b


def throw(seed: int, *names: object) -> float:
    """A number from 0 up to 1, of its own for each row of names."""
    text = "\x1f".join([str(seed), *map(str, names)])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64


def mark(seed: int, *names: object) -> str:
    """Sixteen hexadecimal digits, of their own for each row of names."""
    text = "\x1f".join([str(seed), *map(str, names)])
    return blake2b(text.encode(), digest_size=8).hexdigest()
