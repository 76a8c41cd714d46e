"""The session as it happens: what Zoom tells, who is where, what has to be looked at."""
