"""Reading the access table: one line for each address and method, one column for each person."""

from dataclasses import dataclass
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.world import PEOPLE, World

TABLE = Path(__file__).parent / "table.txt"
METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Line:
    """One line: who gets which status. `arguments` are things of the world, named as in `world.py`."""

    route: str
    arguments: tuple[str, ...]
    method: str
    statuses: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.method} {self.route}({' '.join(self.arguments)})"


def read() -> list[Line]:
    """The table's lines; comments begin with `#`."""
    lines = []
    for text in TABLE.read_text().splitlines():
        if not text.strip() or text.startswith("#"):
            continue
        route, arguments, method, *statuses = text.split()
        named = () if arguments == "-" else tuple(arguments.split("+"))
        # Where it makes no difference whether a concern is about them, the last column is left out.
        if len(statuses) == PEOPLE.index("subject_lead"):
            statuses.append(statuses[PEOPLE.index("lead")])
        lines.append(Line(route, named, method, tuple(statuses)))
    return lines


def ask(world: World, line: Line, person: str) -> str:
    """The status that one person gets."""
    client = world.client(person)
    address = reverse(line.route, args=[world.key(thing) for thing in line.arguments])
    answer = client.get(address) if line.method == "GET" else client.post(address, {})
    return str(answer.status_code)


def all_routes() -> set[str]:
    """The names of every address that the portal answers, with namespaces; nameless ones by their pattern."""
    return set(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, namespace: str, path: str) -> list[str]:
    found: list[str] = []
    for entry in resolver.url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            found += _walk(entry, inner, here)
        elif isinstance(entry, URLPattern):
            found.append(f"{namespace}{entry.name}" if entry.name else here)
    return found


__all__ = ["METHODS", "PEOPLE", "TABLE", "Line", "all_routes", "ask", "read"]
