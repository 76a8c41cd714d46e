"""The sample's library: ten activities, made of what the charity offers week by week."""

from datetime import datetime

from demo.sample.making import MAKER, fixed_id
from demo.sample.programme import OFFERS, SOON, TOMORROW
from sessions_app import activities
from sessions_app.models import Activity


def make_activities(now: datetime) -> None:
    """The library: what the charity offers, without the titles of single weeks."""
    for offer in (*OFFERS, TOMORROW, SOON):
        activity = Activity(
            id=fixed_id("activity", offer.key),
            name=offer.variants[0],
            summary=offer.summary,
            # For tomorrow's nobody has said yet what to bring.
            nothing_needed=not offer.items and offer is not TOMORROW,
        )
        activities.save_activity(activity, by=MAKER, now=now)
        for position, (title, detail, picture) in enumerate(offer.pictured_steps, start=1):
            activity.steps.create(position=position, title=title, detail=detail, picture=picture)
        for position, (name, needed, note) in enumerate(offer.items, start=1):
            activity.items.create(position=position, name=name, needed=needed, note=note)
