"""Series: their days, their sessions, and what a change does."""
