"""`python -m demo.zoom --port 8001`: run the simulator until it is told to stop."""

import argparse
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

from demo.zoom.control import order_faults, set_users
from demo.zoom.dispatch import Dispatcher
from demo.zoom.faults import Faults
from demo.zoom.postman import Postman
from demo.zoom.rates import Limits
from demo.zoom.server import SimulatorServer
from demo.zoom.store import Credentials, Store

DEFAULT_USERS = ["zoom1@whippersnappers.org", "zoom2@whippersnappers.org"]


def arguments() -> argparse.Namespace:
    """The command line; credentials and users may also come from the environment."""
    parser = argparse.ArgumentParser(prog="python -m demo.zoom", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port that was taken")
    parser.add_argument("--state", type=Path, help="a JSON file that keeps the account over a restart")
    parser.add_argument(
        "--users",
        default=os.environ.get("DEMO_ZOOM_USERS", ""),
        help='a JSON list, or a file with one: ["a@b.org", {"email": "c@b.org", "type": 1}]',
    )
    parser.add_argument(
        "--staff-domain",
        default=os.environ.get("ORGANISATION_DOMAIN", "whippersnappers.org"),
        help="addresses here that are not listed count as licensed alternative hosts",
    )
    parser.add_argument(
        "--webhook-url",
        default=os.environ.get("ZOOM_WEBHOOK_URL", ""),
        help="where to tell what happens, signed with ZOOM_WEBHOOK_SECRET; empty: nobody is told",
    )
    parser.add_argument(
        "--recording-ready", type=float, default=20, help="seconds until a recording that stopped has its file"
    )
    parser.add_argument("--scopes", default="", help="the app's scopes, separated by spaces; empty: all")
    parser.add_argument("--faults", default="", help="a JSON list of faults to begin with")
    for name, number in (("light", 30), ("medium", 20), ("heavy", 10), ("daily", 100)):
        parser.add_argument(f"--{name}", type=int, default=number)
    return parser.parse_args()


def build(options: argparse.Namespace) -> Dispatcher:
    """The account and the API in front of it, as the options describe them."""
    credentials = Credentials(
        account_id=os.environ.get("ZOOM_ACCOUNT_ID") or "demo-account",
        client_id=os.environ.get("ZOOM_CLIENT_ID") or "demo-client",
        client_secret=os.environ.get("ZOOM_CLIENT_SECRET") or "demo-secret",
        scopes=options.scopes.split() or None,
    )
    store = Store(credentials, staff_domain=options.staff_domain, file=options.state)
    store.load()
    store.recording_ready_seconds = options.recording_ready
    store.outbox.address = options.webhook_url
    store.outbox.secret = os.environ.get("ZOOM_WEBHOOK_SECRET", "")
    limits = Limits(options.light, options.medium, options.heavy, options.daily)
    dispatcher = Dispatcher(store, Faults(), limits)
    users = read_json(options.users) or (DEFAULT_USERS if not store.users else [])
    set_users(dispatcher, users, replace=False)
    order_faults(dispatcher, read_json(options.faults) or [])
    return dispatcher


def read_json(text: str) -> list[Any]:
    """A JSON list given directly or as the name of a file."""
    if not text.strip():
        return []
    found = json.loads(text if text.lstrip().startswith("[") else Path(text).read_text())
    if not isinstance(found, list):
        raise SystemExit("a JSON list is needed here")
    return found


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    options = arguments()
    dispatcher = build(options)
    server = SimulatorServer((options.host, options.port), dispatcher)
    postman = Postman(dispatcher.store)
    port = server.server_address[1]
    for number in (signal.SIGINT, signal.SIGTERM):
        # In a thread: shutdown() waits for the loop that this handler has interrupted.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    if options.port_file:
        options.port_file.write_text(str(port))
    print(f"Zoom simulator on http://{options.host}:{port}/", flush=True)
    postman.start()
    server.serve_forever(poll_interval=0.1)
    dispatcher.players.stop_all()
    postman.stop()
    server.server_close()


if __name__ == "__main__":
    main()
