"""Children's places in the sessions, their families' ways in, and every mail and call about them."""

from bench.decade.inserting import insert, key, numbers
from bench.decade.size import Size
from sessions_app.models import Booking, Invitation, JoinUse, PhoneTask
from whippersnappers.outbox.models import OutgoingMail

INVITED = """sessions_app_invitation i JOIN sessions_app_session s ON s.id = i.session_id
             JOIN families_guardian g ON g.id = i.guardian_id"""


def places(size: Size) -> None:
    """Ten children in each session."""
    insert(
        Booking,
        f"{numbers(size.sessions)} JOIN sessions_app_session s ON s.id = {key('session', 'n')},"
        " generate_series(0, 9) AS j",
        id=key("booking", "n || ':' || j"),
        session_id="s.id",
        # Multiplied by a prime, so that ten numbers in a row are ten different children.
        child_id=key("child", f"mod((n::bigint * 10 + j) * 7919, {size.children})"),
        state="CASE WHEN mod(n + j, 9) = 0 THEN 'not_coming' WHEN mod(n + j, 3) = 0 THEN 'invited' ELSE 'coming' END",
        attendance="CASE WHEN s.state <> 'delivered' THEN '' WHEN mod(j, 7) = 0 THEN 'absent' ELSE 'attended' END",
        created_at="s.created_at",
    )
    insert(
        Invitation,
        """(SELECT DISTINCT b.session_id, g.guardian_id, s.confirmed_at
            FROM sessions_app_booking b JOIN sessions_app_session s ON s.id = b.session_id
            JOIN families_guardianship g ON g.child_id = b.child_id WHERE s.state <> 'draft') AS i""",
        id=key("invitation", "session_id || ':' || guardian_id"),
        session_id="session_id",
        guardian_id="guardian_id",
        created_at="confirmed_at",
    )
    insert(
        JoinUse,
        "sessions_app_invitation i JOIN sessions_app_session s ON s.id = i.session_id,"
        " (VALUES ('opened'), ('joined')) AS o(word)"
        " WHERE s.state = 'delivered' AND get_byte(uuid_send(i.id), 0) < 140",
        invitation_id="i.id",
        at="s.starts_at - interval '5 minutes'",
        outcome="o.word",
    )


def contact(size: Size) -> None:
    """A mail or a call for everybody who was invited."""
    _calls()
    _mails(size)


def _calls() -> None:
    """For those without an address; made, where the session was delivered."""
    insert(
        PhoneTask,
        f"{INVITED}, (SELECT id FROM accounts_user WHERE email = 'staff0@decade.example') AS caller(id)"
        " WHERE g.email = '' AND s.state <> 'cancelled'",
        id=key("call", "i.id"),
        key="'invitation:' || i.id",
        session_id="s.id",
        guardian_id="g.id",
        purpose="'invite'",
        reason="'no e-mail address'",
        created_at="s.confirmed_at",
        outcome="CASE WHEN s.state = 'delivered' THEN 'reached' ELSE '' END",
        attempts="CASE WHEN s.state = 'delivered' THEN 1 ELSE 0 END",
        done_at="CASE WHEN s.state = 'delivered' THEN s.confirmed_at + interval '1 day' END",
        done_by_id="CASE WHEN s.state = 'delivered' THEN caller.id END",
    )


def _mails(size: Size) -> None:
    """An invitation, a pre-session mail and a reminder for each of the others, a few of them dead."""
    due = """CASE k.kind WHEN 'invitation' THEN s.confirmed_at WHEN 'presession' THEN s.starts_at - interval '2 days'
             ELSE s.starts_at - interval '7 hours' END"""
    dead = "(due < now() AND get_byte(uuid_send(invitation), 1) = 0 AND get_byte(uuid_send(invitation), 2) < 4)"
    insert(
        OutgoingMail,
        f"""(SELECT i.id AS invitation, s.id AS session, g.id AS guardian, g.email, g.first_name, k.kind, {due} AS due
             FROM {INVITED}, (VALUES ('invitation', 1), ('presession', 2), ('reminder', 3)) AS k(kind, place)
             WHERE g.email <> '' ORDER BY k.place, s.starts_at DESC, i.id LIMIT {size.mails}) AS m""",
        id=key("mail", "kind || invitation"),
        key="kind || ':' || session || ':' || guardian || ':1'",
        kind="kind",
        to="email",
        to_name="first_name",
        about="'session:' || session",
        person="'guardian:' || guardian",
        context="jsonb_build_object('session', session, 'guardian', guardian, 'invitation', invitation, 'sequence', 0)",
        state=f"CASE WHEN {dead} THEN 'dead' WHEN due < now() THEN 'sent' ELSE 'waiting' END",
        reason=f"CASE WHEN {dead} THEN 'The mail server refused it: 550 5.1.1 no such user' ELSE '' END",
        not_before="due",
        attempts="CASE WHEN due < now() THEN 1 ELSE 0 END",
        message_id="'<' || md5(invitation || kind) || '@whippersnappers.org>'",
        created_at="due",
        sent_at=f"CASE WHEN due < now() AND NOT {dead} THEN due END",
        dead_at=f"CASE WHEN {dead} THEN due END",
    )
