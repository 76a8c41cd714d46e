"""The gateway to Zoom: the only module of the portal that speaks HTTP to it."""
