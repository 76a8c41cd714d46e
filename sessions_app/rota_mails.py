"""The mails about swaps and clearance: whether each is still wanted, and what it says."""

from datetime import date, datetime

from sessions_app.family_emails import render_pair
from sessions_app.mail_facts import title_without_names
from sessions_app.models import StaffProfile, SwapRequest
from sessions_app.rota_notices import CLEARANCE, CLEARANCES, SWAP_ASKED, SWAP_REFUSED, mail_for
from sessions_app.staff_emails import profile_url, rota_url
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.models import OutgoingMail


def _swap(mail: OutgoingMail) -> SwapRequest:
    rows = SwapRequest.objects.select_related("assignment__session__place", "assignment__staff__user")
    return rows.get(pk=mail.context["swap"])


def _swap_wanted(mail: OutgoingMail, now: datetime) -> Verdict:
    """A question only while it can be answered; a refusal always, to whoever may still sign in."""
    staff = mail_for(mail)
    if staff is None:
        return NotWanted("this person does not sign in any more")
    pending = SwapRequest.objects.pending(now).filter(pk=mail.context["swap"], state=SwapRequest.State.OPEN)
    if mail.kind == SWAP_ASKED and not pending.exists():
        return NotWanted("the swap is settled, or the session has begun")
    return Wanted(to=staff.user.email)


def _swap_words(mail: OutgoingMail, template: str, verb: str, now: datetime) -> Rendered:
    swap = _swap(mail)
    session = swap.assignment.session
    when = dates.when(session.starts_at, session.ends_at, now=now)
    subject = f"{verb}: {title_without_names(session)}, {dates.day(session.starts_at, now=now)}"
    context = {"swap": swap, "session": session, "when": when, "name": mail.to_name, "staff_url": rota_url()}
    return render_pair(f"sessions/{template}", subject, context)


def _swap_asked(mail: OutgoingMail, now: datetime) -> Rendered:
    return _swap_words(mail, "staff_swap_asked", "Can you take over?", now)


def _swap_refused(mail: OutgoingMail, now: datetime) -> Rendered:
    return _swap_words(mail, "staff_swap_refused", "No swap", now)


def _clearance_wanted(mail: OutgoingMail, now: datetime) -> Verdict:
    """Not once the date was renewed, and only to the person and to coordinators of now."""
    profile = StaffProfile.objects.filter(pk=mail.context["staff"], user__is_active=True).first()
    user = User.objects.filter(pk=mail.context["user"], is_active=True).first()
    if profile is None or user is None:
        return NotWanted("this person does not sign in any more")
    if str(getattr(profile, mail.context["clearance"])) != mail.context["until"]:
        return NotWanted("it has been renewed")
    if user.pk != profile.user_id and not user.has_role(Role.COORDINATOR):
        return NotWanted("this person is not a coordinator any more")
    return Wanted(to=user.email)


def _clearance(mail: OutgoingMail, now: datetime) -> Rendered:
    profile = StaffProfile.objects.select_related("user").get(pk=mail.context["staff"])
    until = date.fromisoformat(mail.context["until"])
    own = str(profile.user_id) == mail.context["user"]
    what = CLEARANCES[mail.context["clearance"]]
    context = {
        "name": mail.to_name,
        "own": own,
        "profile": profile,
        "what": what,
        "until": dates.full_day(until),
        "days": (until - dates.local(now).date()).days,
        "staff_url": rota_url() if own else profile_url(profile),
    }
    whose = "Your" if own else f"{profile}:"
    return render_pair("sessions/clearance_warning", f"{whose} {what} runs out on {context['until']}", context)


register(MailKind(SWAP_ASKED, "Staff: asked to take over", _swap_asked, check=_swap_wanted))
register(MailKind(SWAP_REFUSED, "Staff: no swap", _swap_refused, check=_swap_wanted))
register(MailKind(CLEARANCE, "Clearance runs out", _clearance, check=_clearance_wanted))
