"""Every page that a parent or carer can open, as the access table names them: a new one is found by itself."""

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from families.models import Guardian
from tests.access.table import read
from tests.access.world import World

# Families' pages whose names do not begin with "portal": the links of mails lead to them.
_BEHIND_LINKS = {"join", "place"}
READER = "guardian"


def client_of(world: World) -> Client:
    """The parent who is signed in, on this thread's connection."""
    return world.client(READER)


def addresses(world: World) -> dict[str, str]:
    """The address of each families' page that answers the world's guardian, by name and what it is about."""
    column = list(world.people).index(READER)
    return {
        " ".join([line.route, *line.arguments]): reverse(
            line.route, args=[world.key(thing) for thing in line.arguments]
        )
        for line in read()
        if line.method == "GET"
        and line.statuses[column] == "200"
        and (line.route.startswith("portal") or line.route in _BEHIND_LINKS)
    }


def drawn(world: World) -> dict[str, str]:
    """The HTML of each of them; files are left out."""
    client = client_of(world)
    answers = {name: client.get(address) for name, address in addresses(world).items()}
    return {name: answer.content.decode() for name, answer in answers.items() if _is_page(answer)}


def _is_page(answer: HttpResponse) -> bool:
    return answer["Content-Type"].startswith("text/html") and "Content-Disposition" not in answer


def set_easy_read(world: World, wanted: bool) -> None:
    """How the parent reads from now on."""
    Guardian.objects.filter(user=world.people[READER]).update(easy_read=wanted)
