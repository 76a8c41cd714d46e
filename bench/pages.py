"""What staff pages cost with ten years of data, asked over HTTP, beside a view that does nothing."""

import logging
import os
from datetime import timedelta
from urllib.parse import urlencode

import django

django.setup()

from django.conf import settings  # noqa: E402 - only now are there settings
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench import decade  # noqa: E402
from bench.decade.reporting import fill_and_report  # noqa: E402
from bench.decade.size import HANDFUL  # noqa: E402
from bench.serving import queries, server, speed  # noqa: E402
from whippersnappers import dates  # noqa: E402
from whippersnappers.accounts.models import User  # noqa: E402
from whippersnappers.accounts.roles import Role  # noqa: E402

SEARCHED = "ofakor"  # Okafor, misspelled


def addresses() -> dict[str, str]:
    """The pages that are measured. The calendar's month is the one that the script asks for."""
    month = dates.local(timezone.now()).replace(day=1).date()
    days = urlencode({"start": month - timedelta(days=6), "end": month + timedelta(days=37)})
    sessions = reverse("admin:sessions_app_session_changelist")
    families = reverse("admin:families_family_changelist")
    return {
        "session list": sessions,
        "session list, all ten years": f"{sessions}?when=all",
        "session list, searched": f"{sessions}?when=all&q=thunder",
        "family list": families,
        "family list, searched": f"{families}?q={SEARCHED}",
        "children": reverse("admin:families_child_changelist"),
        "home": reverse("admin:index"),
        "calendar, agenda of a month": f"{reverse('admin:calendar')}?view=agenda",
        "calendar, month": f"{reverse('admin:calendar')}?view=month",
        "calendar, month's sessions": f"{reverse('admin:calendar_feed')}?{days}",
        "search": f"{reverse('admin:search')}?q={SEARCHED}",
        "who has been contacted": reverse("admin:contacted"),
        "phone list": reverse("admin:sessions_app_phonetask_changelist"),
        "mail log": reverse("admin:outbox_outgoingmail_changelist"),
        "ways in": reverse("admin:sessions_app_invitation_changelist"),
    }


def main() -> None:
    """Count the queries with ten rows, then fill ten years, count and time."""
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    pages = addresses()
    decade.fill(HANDFUL)
    cookie = _signed_in()
    with server() as port:
        few = {name: queries(port, cookie, path) for name, path in pages.items()}
    decade.clear()
    fill_and_report()
    with server() as port:
        _table(port, cookie, pages, few)


def _signed_in() -> str:
    """A coordinator's cookie."""
    client = Client()
    client.force_login(User.objects.create_user("cora@whippersnappers.org", name="Cora", roles=[Role.COORDINATOR]))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _table(port: int, cookie: str, pages: dict[str, str], few: dict[str, int]) -> None:
    bare = speed(port, cookie, "/bare/")
    print("\nStaff pages by one gunicorn worker, as a share of a view that does nothing behind the same middleware.")
    print(f"{'page':32} {'queries':>9} {'p50 ms':>8} {'p95 ms':>8} {'pages/s':>8} {'ratio':>6} {'load':>5}")
    alone = f"{bare.p50:>8.1f} {bare.p95:>8.1f} {bare.rate:>8.1f} {1:>6.3f} {os.getloadavg()[0]:>5.1f}"
    print(f"{'a view that does nothing':32} {'':>9} {alone}")
    for name, path in pages.items():
        counts = f"{few[name]} / {queries(port, cookie, path)}"
        found = speed(port, cookie, path)
        print(
            f"{name:32} {counts:>9} {found.p50:>8.1f} {found.p95:>8.1f} {found.rate:>8.1f}"
            f" {found.rate / bare.rate:>6.3f} {os.getloadavg()[0]:>5.1f}",
            flush=True,
        )
    print("Queries: with 10 rows / with all.")
    print(f"The {os.cpu_count()} processors should have nothing else to do: look at the load, of the last minute.")


if __name__ == "__main__":
    main()
