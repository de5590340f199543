"""What stands between the outbox and a channel: who may be written to now, when to try again, which place."""
