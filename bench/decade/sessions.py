"""The sessions of ten years, who delivers them, and their meetings."""

from bench.decade.inserting import insert, key, numbers, one_of
from bench.decade.size import Size
from sessions_app.models import Meeting, Session, SessionItem, SessionRevision, SessionStep, StaffAssignment

TITLES = "Drums and songs|Story time|Rain and thunder|Hello circus|Puppets|Sea of blankets|Dance along|Messy paint"

# How many rows a statement makes where a trigger looks at each: the statement remembers them all to its end, and
# each trigger goes through what is remembered.
AT_A_TIME = 1_000


def sessions(size: Size) -> None:
    """Backwards from the last Friday, weekday by weekday, with steps, props and what families were told."""
    friday = f"(date_trunc('week', current_date)::date + {4 + 7 * size.weeks_ahead})"
    day = f"({friday} - {size.weekday} / 5 * 7 - mod({size.weekday}, 5))"
    starts = f"({day} + time '09:00' + mod({size.slot}, 6) * interval '1 hour') AT TIME ZONE 'Europe/London'"
    source = f"(SELECT n, {starts} AS starts FROM {numbers(size.sessions)}) AS s"
    insert(
        Session,
        source,
        id=key("session", "n"),
        title=one_of(TITLES, "n / 5 + n", "|"),
        kind=one_of("small_group group_entertainment small_group", "n"),
        delivery="CASE WHEN mod(n, 4) = 1 THEN 'in_person' ELSE 'remote' END",
        place_id=f"CASE WHEN mod(n, 4) = 1 THEN {key('place', 'mod(n, 8)')} END",
        state="""CASE WHEN mod(n, 25) = 7 THEN 'cancelled' WHEN starts < now() THEN 'delivered'
                      WHEN mod(n, 6) = 0 THEN 'draft' ELSE 'confirmed' END""",
        starts_at="starts",
        ends_at="starts + interval '45 minutes'",
        capacity="12",
        summary="'We sing, we drum and we say goodbye.'",
        confirmed_at="""CASE WHEN starts < now() OR mod(n, 6) <> 0 OR mod(n, 25) = 7
                             THEN starts - interval '20 days' END""",
        cancelled_at="CASE WHEN mod(n, 25) = 7 THEN starts - interval '2 days' END",
        created_at="starts - interval '40 days'",
    )
    count = f"{numbers(size.sessions)}, generate_series(0, %d) AS j"
    session = {"session_id": key("session", "n"), "position": "j"}
    insert(SessionStep, count % 2, **session, title=one_of("Hello song|Drums|Goodbye song", "j", "|"))
    insert(SessionItem, count % 1, **session, name=one_of("A pan|A wooden spoon", "j", "|"))
    insert(
        SessionRevision,
        "sessions_app_session s WHERE s.state <> 'draft'",
        session_id="s.id",
        number="1",
        at="s.created_at",
        facts="'{}'::jsonb",
    )


def delivery(size: Size) -> None:
    """Two members of staff at each session, and a meeting for those by Zoom."""
    for first in range(0, size.sessions, AT_A_TIME):
        some = numbers(min(AT_A_TIME, size.sessions - first), first)
        # Nobody has two places at a time: the twelve pairs of a day are twenty-four different people.
        insert(
            StaffAssignment,
            f"{some}, generate_series(0, 1) AS j",
            id=key("assignment", "n || ':' || j"),
            session_id=key("session", "n"),
            staff_id=key("staff", f"mod(2 * {size.slot} + j + {size.weekday}, 40)"),
            role="CASE j WHEN 0 THEN 'lead' ELSE 'support' END",
        )
        insert(
            Meeting,
            f"{some} JOIN sessions_app_session s ON s.id = {key('session', 'n')}"
            " WHERE s.delivery = 'remote' AND s.state IN ('confirmed', 'delivered')",
            id=key("meeting", "n"),
            session_id="s.id",
            host_id=key("host", size.slot),
            state="CASE WHEN s.state = 'delivered' THEN 'ended' ELSE 'ready' END",
            zoom_id="80000000000 + n",
            applied_version="1",
            created_at="s.confirmed_at",
            ready_at="s.confirmed_at",
        )
