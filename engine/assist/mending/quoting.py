"""A value in the quotes that fit it."""

from __future__ import annotations

import json


def quoted(text: str) -> str:
    """A text in double quotes; in single ones where it holds double quotes itself."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f"""'{text.replace("'", "''")}'""" if "\n" not in text else json.dumps(text, ensure_ascii=False)
