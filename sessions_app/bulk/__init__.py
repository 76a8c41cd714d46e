"""One step for many sessions: looking at it first, doing it session by session, and undoing it."""
