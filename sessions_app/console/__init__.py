"""The delivery console: one page per session for whoever delivers it, on the day."""
