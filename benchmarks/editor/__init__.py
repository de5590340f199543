"""The web editor in a real browser, held against its budgets: `python -m benchmarks --editor`."""
