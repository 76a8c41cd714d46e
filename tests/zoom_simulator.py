"""pytest plugin: a Zoom simulator over real HTTP for one test, and the settings that point at it."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from demo.zoom.control import order_faults, set_users
from demo.zoom.dispatch import Dispatcher
from demo.zoom.faults import Faults
from demo.zoom.rates import Limits
from demo.zoom.server import SimulatorServer
from demo.zoom.store import Credentials, Store

HOST = "host@whippersnappers.org"
STAFF = "maya@whippersnappers.org"


class Simulator:
    """A running simulator. `url` is its address; what it holds can be looked at directly."""

    def __init__(self, credentials: Credentials) -> None:
        self.store = Store(credentials)
        # No test is to wait for another second's allowance unless limits are what it is about.
        limits = Limits(light=10_000, medium=10_000, heavy=10_000)
        self.dispatcher = Dispatcher(self.store, Faults(), limits)
        self.server = SimulatorServer(("127.0.0.1", 0), self.dispatcher)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._http = requests.Session()
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and close the port."""
        self._http.close()
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(5)

    def fault(self, operation: str, kind: str, **more: Any) -> None:
        """Order one fault."""
        order_faults(self.dispatcher, [{"operation": operation, "kind": kind, **more}])

    def users(self, *users: Any) -> None:
        """These users and no others."""
        set_users(self.dispatcher, list(users), replace=True)

    def calls(self, *operations: str) -> list[dict[str, Any]]:
        """The calls of these operations so far."""
        with self.store.lock:
            return [call for call in self.store.calls if call["operation"] in operations]

    @property
    def meetings(self) -> list[dict[str, Any]]:
        """The meetings that exist."""
        with self.store.lock:
            return [meeting for meeting in self.store.meetings.values() if not meeting["gone"]]

    def token(self) -> str:
        """A fresh token, as any app with the credentials gets it; it ends the one before."""
        known = self.store.credentials
        answer = self._http.post(
            f"{self.url}/oauth/token",
            data={"grant_type": "account_credentials", "account_id": known.account_id},
            auth=(known.client_id, known.client_secret),
            timeout=5,
        )
        return str(answer.json()["access_token"])

    def request(self, method: str, path: str, token: str = "", **more: Any) -> requests.Response:
        """One raw call to the API."""
        headers = {"Authorization": f"Bearer {token or self.store.token.get('value', '')}"}
        return self._http.request(method, f"{self.url}/v2{path}", headers=headers, timeout=5, **more)

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        """One call to the simulator's controls."""
        return self._http.request(method, f"{self.url}/_control/{path}", json=body, timeout=5)


@pytest.fixture
def zoom(settings: Any) -> Iterator[Simulator]:
    """A simulator with one licensed host and one licensed member of staff, that the portal uses."""
    credentials = Credentials(settings.ZOOM_ACCOUNT_ID, settings.ZOOM_CLIENT_ID, settings.ZOOM_CLIENT_SECRET)
    simulator = Simulator(credentials)
    simulator.users(HOST, STAFF)
    simulator.start()
    settings.ZOOM_OAUTH_URL = simulator.url
    settings.ZOOM_API_URL = f"{simulator.url}/v2"
    yield simulator
    simulator.stop()
