"""zoomus' client with a token put in from outside.

zoomus 1.2.1 fetches a token in its constructor, without a time-out and without looking at the status, and
its components neither get the time-out nor keep `user_id` and `id` out of bodies. So this client takes its
token from the portal's shared cache, hands the time-out on, and the gateway calls only the request methods.
"""

from typing import NoReturn

from zoomus import ZoomClient
from zoomus.client import COMPONENT_CLASSES
from zoomus.util import API_VERSION_2, ApiClient

from sessions_app.zoom.tokens import Token


class SharedTokenClient(ZoomClient):
    """A client for one token. `timeout` in whole seconds, for connecting and for every read."""

    def __init__(self, token: Token, *, timeout: int) -> None:
        # Not ZoomClient.__init__, which would fetch a token of its own and so end the shared one.
        ApiClient.__init__(self, base_uri=token.api_url, timeout=timeout)
        self.config = {"version": API_VERSION_2, "data_type": "json", "token": token.value}
        self.components = {
            name: component(base_uri=token.api_url, config=self.config, timeout=timeout)
            for name, component in COMPONENT_CLASSES[API_VERSION_2].items()
        }

    def refresh_token(self) -> NoReturn:
        """Never: a new token ends the one that all other workers use. `tokens.replace_token` does it."""
        raise NotImplementedError("tokens come from sessions_app.zoom.tokens")
