"""Parents and carers come in with an e-mailed code, and with nothing else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import UserFactory
from tests.typed_forms import Page
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db

ASK, ENTER = "/accounts/login/code/", "/accounts/login/code/confirm/"


@pytest.fixture
def parent() -> User:
    return UserFactory(email="parent@example.com", name="Pat Adeyemi", roles=[Role.GUARDIAN])


def ask(client: Client, email: str = "parent@example.com", **more: str):
    return client.post(ASK, {"email": email, **more})


def code() -> str:
    return OutgoingMail.objects.filter(kind="sign_in_code").latest("created_at").secret


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_guardian_signs_in_with_the_code_from_the_mail(client, parent):
    assert ask(client).url == ENTER
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.to, mail.priority) == ("sign_in_code", parent.email, OutgoingMail.Priority.NOW)
    assert mail.expires_at - mail.not_before == timedelta(minutes=15)
    assert len(mail.secret) == 6
    assert mail.secret.isdigit()
    assert mail.secret not in str(mail.context)
    response = client.post(ENTER, {"code": mail.secret})
    assert (response.status_code, response.url) == (302, "/portal/")
    assert client.session["_auth_user_id"] == str(parent.pk)
    assert list(AuditEvent.objects.values_list("event", "actor")) == [("sign_in.done", f"user:{parent.pk}")]


def test_the_mail_says_the_code_in_both_forms_and_not_in_the_subject(client, parent):
    ask(client)
    mail = OutgoingMail.objects.get()
    rendered = catalogue.kind_of(mail.kind).render(mail, timezone.now())
    assert f"\n    {mail.secret}\n" in rendered.text
    assert f">{mail.secret}<" in rendered.html
    assert mail.secret not in rendered.subject
    assert "We will never ask for your password" in rendered.text


def test_a_code_works_once(client, parent):
    ask(client)
    used = code()
    client.post(ENTER, {"code": used})
    other = Client()
    assert other.post(ENTER, {"code": used}).url == ASK
    client.post("/accounts/logout/")
    assert client.post(ENTER, {"code": used}).url == ASK


@pytest.mark.parametrize(
    "shape", ["{0} {1}", " {0}-{1}\t", "{0} - {1}\u00a0", "\u200b{0}\u2009{1}", "Your code: {0}{1}."]
)
def test_a_code_may_be_pasted_with_blanks_and_dashes(client, parent, shape):
    ask(client)
    sent = code()
    assert client.post(ENTER, {"code": shape.format(sent[:3], sent[3:])}).status_code == 302
    assert client.session["_auth_user_id"] == str(parent.pk)


def test_a_code_may_be_typed_in_the_digits_of_another_script(client, parent):
    ask(client)
    arabic = code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.post(ENTER, {"code": arabic}).status_code == 302


@pytest.mark.parametrize("typed", ["", "\0", "\U0001f600" * 6, "\u202e123456", "1" * 1_000_000, "a code"])
def test_what_is_no_code_gets_a_plain_sentence(client, parent, typed):
    ask(client)
    answer = client.post(ENTER, {"code": typed})
    assert answer.status_code == 200
    assert 'id="id_code_error"' in answer.content.decode()


def test_a_thousand_guesses_from_everywhere_come_to_ten(parent):
    """Each browser asks for a code of its own, from an address of its own, and tries four."""
    asked, looked_at = 0, 0
    for number in range(250):
        thief = Client(REMOTE_ADDR=f"203.0.{number}.7")
        asked += ask(thief).status_code != 429
        for guess in range(4):
            looked_at += thief.post(ENTER, {"code": f"{number * 4 + guess:06d}"}).status_code == 200
        assert "_auth_user_id" not in thief.session
    assert (asked, looked_at) == (5, 10)


def test_a_code_belongs_to_the_browser_that_asked(client, parent):
    ask(client)
    thief = Client()
    ask(thief, "nobody@example.com")
    assert thief.post(ENTER, {"code": code()}).status_code == 200
    assert "_auth_user_id" not in thief.session


def test_a_code_ends_after_fifteen_minutes(client, parent, time_machine_at):
    ask(client)
    late = code()
    time_machine_at.shift(timedelta(minutes=15, seconds=1))
    assert client.post(ENTER, {"code": late}).url == f"{ASK}?old=1"
    assert "_auth_user_id" not in client.session


def test_a_code_asked_for_again_is_a_new_one_and_the_old_one_is_dead(client, parent, time_machine_at):
    ask(client)
    first = code()
    time_machine_at.shift(timedelta(minutes=14))
    client.post(ENTER, {"action": "resend"})
    states = list(OutgoingMail.objects.order_by("created_at").values_list("state", flat=True))
    assert states == ["cancelled", "waiting"]
    second = code()
    if first != second:
        assert client.post(ENTER, {"code": first}).status_code == 200
    time_machine_at.shift(timedelta(minutes=14))
    assert client.post(ENTER, {"code": second}).url == "/portal/"


def test_the_fifth_wrong_code_ends_the_try(client, parent):
    ask(client)
    right = code()
    statuses = [client.post(ENTER, {"code": wrong(right)}).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 302]
    assert client.post(ENTER, {"code": right}).url == ASK
    failed = AuditEvent.objects.filter(event="sign_in.failed")
    assert [(e.actor, e.target_id) for e in failed] == [("system:sign-in", str(parent.pk))] * 5


def test_nothing_tells_whether_an_address_has_an_account(parent):
    answers = []
    for email in ("parent@example.com", "stranger@example.com"):
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            asked = ask(client, email)
        page = client.get(ENTER)
        wrong_code = client.post(ENTER, {"code": "12345x"})
        again = client.post(ENTER, {"action": "resend"})
        answers.append(
            (
                asked.status_code,
                asked.url,
                without_what_varies(page.content.decode(), email),
                wrong_code.status_code,
                without_what_varies(wrong_code.content.decode(), email),
                again.status_code,
                again.url,
                sum("outbox_outgoingmail" in q["sql"] for q in queries),
                len(queries),
            )
        )
    assert answers[0] == answers[1]
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {"parent@example.com"}


def without_what_varies(page: str, email: str) -> str:
    lines = page.replace(email, "ADDRESS").splitlines()
    return "\n".join(line for line in lines if not any(v in line for v in ("csrfmiddlewaretoken", "data-now", "nonce")))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.GUARDIAN}))
def test_staff_never_get_a_code(client, role):
    UserFactory(email="staff@whippersnappers.org", roles=[role])
    assert ask(client, "staff@whippersnappers.org").url == ENTER
    assert OutgoingMail.objects.count() == 0


def test_a_guardian_who_became_staff_meanwhile_does_not_get_in(client, parent):
    ask(client)
    User.objects.filter(pk=parent.pk).update(roles=[Role.COORDINATOR])
    assert client.post(ENTER, {"code": code()}).url == "/"
    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.get().event == "sign_in.refused"


def test_who_may_not_sign_in_gets_no_code_and_cannot_use_one(client, parent):
    ask(client)
    User.objects.filter(pk=parent.pk).update(is_active=False)
    assert client.post(ENTER, {"code": code()}).url == "/"
    assert "_auth_user_id" not in client.session
    OutgoingMail.objects.all().delete()
    ask(Client())
    assert OutgoingMail.objects.count() == 0


def test_a_guardian_with_a_password_cannot_use_it(client, parent):
    parent.set_password("a password nobody should have")
    parent.save()
    response = client.post("/accounts/login/", {"login": parent.email, "password": "a password nobody should have"})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("remember", "at_close", "days"),
    [({}, True, 0.5), ({"remember": "on"}, False, 30)],
    ids=["not remembered", "remembered"],
)
def test_a_device_is_remembered_only_if_asked(client, parent, remember, at_close, days):
    ask(client, **remember)
    client.post(ENTER, {"code": code()})
    assert client.session.get_expire_at_browser_close() is at_close
    assert client.session.get_expiry_age() == pytest.approx(days * 86_400, abs=5)


def test_another_address_can_be_typed(client, parent):
    ask(client, "typo@example.com")
    assert client.get(ASK).url == ENTER
    assert client.get(f"{ASK}?again").status_code == 200
    assert ask(client).url == ENTER
    assert client.post(ENTER, {"code": code()}).url == "/portal/"


def test_the_portal_leads_families_to_their_own_door(client):
    response = client.get("/portal/")
    assert response.url == f"{ASK}?next=/portal/"


def test_a_guardian_is_not_led_into_staff_pages(client, parent):
    client.post(f"{ASK}?next=/admin/", {"email": parent.email})
    response = client.post(f"{ENTER}?next=/admin/", {"code": code()})
    assert response.url == "/portal/"


@pytest.mark.parametrize("path", ["2fa/", "2fa/totp/activate/", "password/change/", "reauthenticate/"])
def test_passwords_and_second_factors_do_not_exist_for_guardians(client, parent, path):
    client.force_login(parent)
    assert client.get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize("path", ["signup/", "email/", "confirm-email/", "2fa/webauthn/signup/", "2fa/webauthn/login/"])
def test_nobody_signs_up_alone(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


def test_a_code_that_is_too_old_says_so_and_the_address_stands_typed(client, parent, time_machine):
    start = timezone.now()
    time_machine.move_to(start)
    ask(client, next="/portal/children/")
    time_machine.move_to(start + timedelta(minutes=16))
    answer = client.post(ENTER, {"code": "123456", "next": "/portal/children/"}, follow=True)
    page = answer.content.decode()
    assert "Your code is too old." in page
    assert 'value="parent@example.com"' in page
    assert 'name="next" value="/portal/children/"' in page
    assert "Your code is too old." not in client.get(ASK).content.decode()


def test_an_address_that_nobody_has_is_told_the_same_when_its_code_is_too_old(client, time_machine):
    start = timezone.now()
    time_machine.move_to(start)
    ask(client, "nobody@example.com")
    time_machine.move_to(start + timedelta(minutes=16))
    page = client.get(ENTER, follow=True).content.decode()
    assert "Your code is too old." in page
    assert 'value="nobody@example.com"' in page


@pytest.mark.parametrize("email", ["parent@example.com", "nobody@example.com"])
def test_a_new_code_is_answered_with_a_sentence(client, parent, email):
    ask(client, email)
    page = client.post(ENTER, {"action": "resend"}, follow=True).content.decode()
    assert "We sent a new code. Use the newest mail." in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Please type your e-mail address."),
        ("parent", "This does not look like an e-mail address."),
        ("a\x00@example.com", "There is a sign in here that we cannot read."),
        ("a" * 5000 + "@example.com", "This is too long. Please type it again."),
    ],
)
def test_a_mistake_at_the_door_is_answered_in_plain_words(client, typed, said):
    page = ask(client, typed).content.decode()
    assert said in page
    assert "characters" not in page
    assert "required." not in page


def test_no_code_at_all_is_answered_in_plain_words(client, parent):
    ask(client)
    assert "Please type the six numbers from our mail." in client.post(ENTER, {"code": ""}).content.decode()


def test_switching_to_easy_read_keeps_the_address_and_asks_for_no_code(client, parent):
    page = Page(client.get(f"{ASK}?next=/portal/me/").content.decode())
    assert page.taken
    typed = page.taken.held | {"email": ["parent@example.com"], "remember": ["on"], "layout": "easy"}
    again = client.post(page.switch["formaction"], typed)
    assert (again.status_code, OutgoingMail.objects.count()) == (200, 0)
    assert 'class="easy"' in again.content.decode()
    held = Page(again.content.decode()).taken.held
    assert (held["email"], held["remember"], held["next"]) == (["parent@example.com"], ["on"], ["/portal/me/"])


def test_switching_to_easy_read_keeps_a_half_typed_code_and_is_no_try(client, parent):
    ask(client)
    for layout in ["easy", "usual"] * 10:
        again = client.post(ENTER, {"code": "12", "layout": layout})
        assert again.status_code == 200
        assert Page(again.content.decode()).taken.held["code"] == ["12"]
    assert AuditEvent.objects.count() == 0
    assert client.post(ENTER, {"code": code()}).url == "/portal/"
