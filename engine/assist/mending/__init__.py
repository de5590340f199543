"""Quick fixes: for a diagnostic, the edits that mend it. `table.py` says which code is mended by what."""
