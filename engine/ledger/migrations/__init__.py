"""Alembic's environment of the ledger; `migrate` in ledger/migrate.py runs it on an open connection."""
