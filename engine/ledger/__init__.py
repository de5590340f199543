"""Wakeline's own tables: versions, runs, enrollments, journal, outbox. Always SQL, prefix `wakeline_`."""
