"""What families asked of us: changes, a request with its clock, and that nothing has changed."""

from datetime import datetime, timedelta

from demo.sample.making import fixed_id
from families import asking_about_data, confirming_details, proposing
from families.models import Child, Guardian
from whippersnappers.accounts.models import User

HANNAH = "hannah.whitfield@example.com"
MARK = "mark.ellis@example.org"


def make_wishes(children: dict[str, Child], now: datetime) -> None:
    """Hannah waits for an answer about Leo and has asked for a copy; Mark, who lives apart, had one declined."""
    planner = User.objects.get(email="cora@whippersnappers.org")
    hannah, mark = Guardian.objects.get(email=HANNAH), Guardian.objects.get(email=MARK)
    leo, ruby = children["F0001 Leo"], children["F0001 Ruby"]
    week_ago, yesterday = now - timedelta(days=7), now - timedelta(days=1)
    (louder,) = proposing.propose(leo, mark, {"likes": "Loud drums"}, by=mark.user, now=week_ago)
    proposing.decline(
        louder, "Loud drums frighten Leo in our hall. We will try them softly.", by=planner, now=yesterday
    )
    helps = "Headphones. A song before we start. Tell him what comes next."
    proposing.propose(leo, hannah, {"what_helps": helps}, by=hannah.user, now=yesterday)
    confirming_details.confirm_details(ruby, hannah, by=hannah.user, now=yesterday)
    asking_about_data.ask(
        hannah, "copy", "", press=fixed_id("request", HANNAH), by=hannah.user, now=now - timedelta(days=25)
    )
