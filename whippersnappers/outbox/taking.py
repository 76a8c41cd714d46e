"""One claimed mail, from claim to note: still wanted? build it, hand it over, write down how it ended."""

import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from whippersnappers.organisation import organisation
from whippersnappers.outbox import catalogue, claiming, ending, together
from whippersnappers.outbox.catalogue import NotWanted, NotYet, Wanted
from whippersnappers.outbox.easy_mails import as_they_read
from whippersnappers.outbox.message import UnusableAddress, build, envelope_address, message_id_for
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.round import Round
from whippersnappers.outbox.smtp import Line, NotLetIn, RefusedForGood, SmtpTrouble, Unreachable
from whippersnappers.outbox.wake import wake_delivery

log = structlog.get_logger(__name__)

# A mail that waited longer than this for a line is looked at again before it goes.
_STALE = timedelta(seconds=20)


@dataclass(frozen=True)
class Letter:
    """A mail ready to go, with the mails that travel in it."""

    recipient: str
    data: bytes
    made_at: datetime
    fellows: tuple[OutgoingMail, ...] = ()
    note: str = ""


def take(mail: OutgoingMail, this: Round) -> str:
    """Take one claimed mail to its end, or back into the queue; says which.

    `sent`, `waiting`, `cancelled`, `dead`, or `lost` when the lease had passed to somebody else.
    """
    while True:
        try:
            letter = prepare(mail, this.clock())
        except Exception as error:  # noqa: BLE001 - whatever one kind does wrong must not stop the others
            return _not_prepared(mail, error, this)
        if not isinstance(letter, Letter):
            return _not_sent(mail, letter)
        with this.line() as line:
            if this.in_trouble:
                return _back(mail, mail.reason, this.clock())
            if this.clock() - letter.made_at < _STALE:
                trouble = _send(letter, line)
                break
        if not claiming.renew(mail, this.clock()):
            return "lost"
    return _troubled(mail, trouble, this) if trouble else _sent(mail, letter, this)


def prepare(mail: OutgoingMail, now: datetime) -> Letter | NotWanted | NotYet:
    """Ask whether the mail is still wanted and build it from what is true now.

    Raises UnusableAddress, and whatever a kind of mail raises.
    """
    if mail.expires_at is not None and mail.expires_at <= now:
        return NotWanted(together.TOO_LATE)
    kind = catalogue.kind_of(mail.kind)
    verdict = kind.check(mail, now)
    if isinstance(verdict, NotYet) and mail.leads:
        return together.wait_for_leader(mail, verdict, now)
    if not isinstance(verdict, Wanted):
        return verdict
    fellows = together.ready_fellows(mail, now) if mail.leads else []
    if isinstance(fellows, NotYet):
        return fellows
    # Rendering, and the log, see the address that the mail goes to.
    mail.to = verdict.to or mail.to
    recipient = envelope_address(mail.to)
    for fellow in fellows:
        fellow.to = mail.to
    rendered = kind.together([mail, *fellows], now) if fellows and kind.together else kind.render(mail, now)
    rendered = as_they_read(mail, rendered)
    message_id = mail.message_id or message_id_for(mail.key)
    data = build(rendered, to=mail.to, to_name=mail.to_name, message_id=message_id, now=now)
    return Letter(recipient, data, made_at=now, fellows=tuple(fellows), note=rendered.note)


def _send(letter: Letter, line: Line) -> SmtpTrouble | None:
    try:
        line.send(organisation().from_address, letter.recipient, letter.data)
    except SmtpTrouble as trouble:
        return trouble
    return None


def _sent(mail: OutgoingMail, letter: Letter, this: Round) -> str:
    """The server has the mail: noting that must succeed, or it would go twice."""
    now = this.clock()
    noted = ending.persistently(lambda: ending.sent(mail, letter.fellows, now, note=letter.note))
    if this.is_first_accepted():
        _server_is_well(this)
    return "sent" if noted else "lost"


def _server_is_well(this: Round) -> None:
    """It has accepted the round's first mail, so all processes may send. Not before: one is enough to find trouble."""
    if this.was_paused:
        claiming.end_pause()
    wake_delivery()


def _troubled(mail: OutgoingMail, trouble: SmtpTrouble, this: Round) -> str:
    """The one table of what follows from what the server did."""
    log.warning("mail_server_trouble", mail=str(mail.pk), trouble=type(trouble).__name__, code=trouble.code)
    now = this.clock()
    match trouble:
        case NotLetIn():
            this.end()
            ending.persistently(lambda: claiming.pause(trouble.reason, now))
            return _back(mail, trouble.reason, now)
        case RefusedForGood():
            return _dead(mail, trouble.reason, now)
        case Unreachable():
            # The rest of the queue keeps its place; the next sweep tries the server again.
            this.end()
    return _failed(mail, trouble.reason, now, claiming.PATIENT_ATTEMPTS)


def _not_prepared(mail: OutgoingMail, error: Exception, this: Round) -> str:
    if ending.database_is_away(error):
        # Which is not the mail's fault.
        this.end()
        return _back(mail, mail.reason, this.clock())
    if isinstance(error, UnusableAddress):
        return _dead(mail, str(error), this.clock())
    return _broken(mail, error, this.clock())


def _broken(mail: OutgoingMail, error: Exception, now: datetime) -> str:
    """Building it failed: our own fault. The log says where, but not the error's text: it may name people."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error(
        "mail_cannot_be_built",
        mail=str(mail.pk),
        kind=mail.kind,
        error=type(error).__name__,
        place=f"{place.filename}:{place.lineno}",
    )
    if mail.leads:
        ending.persistently(lambda: ending.disbanded(mail, now))
        return "waiting"
    reason = f"The portal cannot put this mail together ({type(error).__name__}). Please tell its administrator."
    return _failed(mail, reason, now, claiming.BROKEN_ATTEMPTS)


def _not_sent(mail: OutgoingMail, verdict: NotWanted | NotYet) -> str:
    match verdict:
        case NotWanted(reason):
            noted = ending.persistently(lambda: ending.not_wanted(mail, reason))
            return "cancelled" if noted else "lost"
        case NotYet(reason, until):
            return _back(mail, reason, until)


def _failed(mail: OutgoingMail, reason: str, now: datetime, limit: int) -> str:
    if mail.attempts >= limit:
        return _dead(mail, reason, now)
    noted = ending.persistently(lambda: claiming.note_failed(mail, reason, now))
    return "waiting" if noted else "lost"


def _back(mail: OutgoingMail, reason: str, until: datetime) -> str:
    noted = ending.persistently(lambda: claiming.hand_back(mail, reason, until))
    return "waiting" if noted else "lost"


def _dead(mail: OutgoingMail, reason: str, now: datetime) -> str:
    noted = ending.persistently(lambda: ending.give_up(mail, reason, now))
    return "dead" if noted else "lost"
