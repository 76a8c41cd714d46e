"""A stand-in for Zoom: a process of its own that speaks the API of `meetings-api.schema.json` over HTTP.

It needs neither Django nor the portal, so that nothing can pass because both sides share a mistake.
Run it with `python -m demo.zoom`.
"""
