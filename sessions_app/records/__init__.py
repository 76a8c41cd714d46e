"""The records of children's sessions: opened when a session is over, written, signed by two, kept (W6)."""
