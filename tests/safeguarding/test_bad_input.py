"""Whatever is sent to the pages on which staff report: a plain sentence, never a 500, never half a concern."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from families.models import Child
from families.plain_text import TOO_LONG, UNSEEN
from safeguarding import adding
from safeguarding.drafting import Typing, keep
from safeguarding.forms import MUCH, SOME
from safeguarding.models import ChronologyEntry, Concern, ConcernDraft, ConcernVersion
from safeguarding.raising import Report
from safeguarding.reporting.forms import LATER, MARKS, WHAT, WHO, AddForm, ConcernForm
from safeguarding.reporting.marks import MISSING, OFF
from safeguarding.vocabulary import Kind
from tests.factories import BookingFactory, SessionFactory, UserFactory
from tests.safeguarding.scenes import raised
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.models import OutgoingMail

FORM = {"kind": "child", "who": "Pip", "what_happened": "A mark", "danger_now": "no", "how_serious": "high"}
MARK = {"mark-0-site": "front_nose", "mark-0-injury": "cut", "mark-0-size": "pea", "mark-0-colour": "red"}
LONG, CHOOSE = TOO_LONG.format(most=MUCH), "Please choose one."
NOBODY = str(uuid.UUID(int=0))
_NO_CHOICE = ["", "nobody", "CHILD", "no\x00", "[]", "-1", "<script>", "' OR 1=1 --", "yes no", "x" * 5000]
_NO_PART = ["nowhere", "<script>", "\x00", "' OR 1=1", "x" * 5000, "front_nose ", '{"site": "front_nose"}']
_NO_POINT = [
    ("-1", "10"), ("201", "10"), ("10", "401"), ("nan", "nan"), ("inf", "1"), ("1e9", "1"), ("a", "b"), ("1", ""),
    ("", "1"), ("\x00", "1"), ("0x10", "1"), ("[]", "{}"), ("1" * 5000, "1"),
]  # fmt: skip
# Field, what stands there, the sentence beside it.
REFUSED: list[tuple[str, Any, str]] = [
    ("who", "", WHO), ("who", " \n\t ", WHO), ("who", "x" * (SOME + 1), TOO_LONG.format(most=SOME)),
    ("who", "a\x00b", UNSEEN), ("what_happened", "", WHAT), ("what_happened", " \r\n ", WHAT),
    ("where_now", "x" * (SOME + 1), TOO_LONG.format(most=SOME)), ("where_now", "\x00", UNSEEN),
    *[(name, said, CHOOSE) for name in ("kind", "danger_now", "how_serious") for said in _NO_CHOICE],
    *[(name, "😀" * (MUCH + 1), LONG) for name in ("what_happened", *LATER)],
    *[(name, "x" * 1_000_000, LONG) for name in ("what_happened", "opinion")],
    *[(name, f"{name}\x00", UNSEEN) for name in ("what_happened", *LATER)],
    *[("children", [key], "Please choose from the children on this page.")
      for key in ("1", "nobody", "\x00", NOBODY, "../../etc/passwd", "<b>", "x" * 5000, "{}")],
]  # fmt: skip
# Field of a mark, what stands there, the sentence.
NO_MARKS: list[tuple[dict[str, Any], str, str]] = [
    *[({name: ""}, name, sentence) for name, sentence in MISSING.items()],
    *[({name: said}, name, sentence) for name, sentence in MISSING.items() for said in _NO_PART],
    *[({"x": x, "y": y}, "site", OFF) for x, y in _NO_POINT],
    ({"note": "x" * 201}, "note", TOO_LONG.format(most=200)), ({"note": "a\x00"}, "note", UNSEEN),
]  # fmt: skip
# Kept as they are: words are words, days that do not exist and days to come included.
TAKEN = [
    "<script>alert(1)</script>", "{{ 7*7 }}{% now %}", '=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)",
    "'; DROP TABLE safeguarding_concern; --", "../../../etc/passwd", "\u202eevil", "𝔘𝔫𝔦", "☂" * 5000, "👩‍👧‍👦",
    "a\nBcc: x@example.com", "%s %(x)s %n", "${jndi:ldap://x}", "\ufeffstart", "ශ්‍රී", "a" * MUCH, "\\x00", "NULL",
    "None", "0", "&lt;b&gt;", "30 February 2026 at 25:00", "31/02/2099", "Tomorrow, 1 January 2199",
]  # fmt: skip
ADDITIONS = [("", "Please write"), (" \n ", "Please write"), ("x" * (MUCH + 1), LONG), ("a\x00", UNSEEN)]


def form(**fields: Any) -> ConcernForm:
    return ConcernForm(FORM | fields, children=Child.objects.none())


@pytest.mark.parametrize(("name", "said", "sentence"), REFUSED)
def test_slips_get_a_sentence_beside_the_field(name, said, sentence):
    assert form(**{name: said}).errors == {name: [sentence]}


@pytest.mark.parametrize(("changed", "name", "sentence"), NO_MARKS)
def test_a_mark_that_is_none_gets_a_sentence_beside_its_row(changed, name, sentence):
    filled = form(**(MARK | {f"mark-0-{field}": said for field, said in changed.items()}))
    assert filled.errors == {"__all__": [MARKS]}
    assert filled.marks.rows[0].errors == {name: [sentence]}


@pytest.mark.parametrize(("said", "sentence"), ADDITIONS)
def test_slips_in_an_addition_get_a_sentence(said, sentence):
    assert sentence in str(AddForm({"words": said}).errors["words"])


@pytest.mark.django_db
def test_strange_words_are_kept_as_they_are_and_shown_as_words(client, lead):
    reporter = UserFactory(roles=[Role.PRACTITIONER])
    client.force_login(reporter)
    for said in reversed(TAKEN):
        client.post("/concern/", FORM | {"what_happened": said, "who": said[:SOME], "mark-0-note": said[:200]} | MARK)
        version = ConcernVersion.objects.latest("at")
        assert (version.what_happened, version.who) == (said, said[:SOME])
        assert version.marks[0].note == said[:200].strip()
    page = client.get(f"/concern/mine/{version.concern_id}/").content.decode()
    assert (page.count("<script>alert"), page.count("&lt;script&gt;alert")) == (0, 3)
    assert (Concern.objects.count(), ConcernDraft.objects.count()) == (len(TAKEN), 0)


MULTIPART = "multipart/form-data; boundary=x"
URLENCODED = "application/x-www-form-urlencoded"
# Bodies that are none of our forms. They lead to a calm page of ours.
BODIES = [
    (b"", URLENCODED), (b"\xff\xfe\x00=\xed\xa0\x80", URLENCODED), (b"&&&==&=%ZZ%", URLENCODED),
    (b"what_happened=%ED%A0%80%FF%00", URLENCODED), (b"kind=child&" * 400, URLENCODED), (b"a=b&" * 1500, URLENCODED),
    (b"kind=child", f"{URLENCODED}; charset=nonsense"), (b"--x\r\nbroken", MULTIPART), (b"--x--", MULTIPART),
    (b'--x\r\nContent-Disposition: form-data; name="who"\r\n\r\nPip\r\n--x--', MULTIPART),
    (b"no boundary", "multipart/form-data"), (b'{"kind": "child", "marks": [{"site": 1}]}', "application/json"),
    (b"<xml/>", "text/xml"), (b"\x00" * 9000, "a/b"), (b"who=1&who=2&children=1&children=2", URLENCODED),
    (b"mark-0-site=front_nose&mark-0-site=back_head&mark-00-x=1", URLENCODED),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "kind"), BODIES)
@pytest.mark.parametrize("headers", [{}, {"X-Quietly": "1"}], ids=["pressed", "quietly"])
def test_bodies_that_are_no_form_of_ours_send_nothing(staff, body, kind, headers):
    answer = staff.generic("POST", "/concern/", body, kind, headers=headers)
    assert answer.status_code in (200, 400, 413)
    assert not Concern.objects.in_hand().exists()
    assert not OutgoingMail.objects.filter(kind="concern_raised").exists()


# Keys and marks of the form that nobody has: what was said is sent all the same, once, and by whoever is signed in.
_KEYS = ["", "nonsense", "\x00", "x" * 5000, NOBODY, "[]", "0", "<script>", "' OR 1=1", "é"]
FORGED = [{"form_key": key} for key in _KEYS] + [{"page": key} for key in _KEYS]
FORGED += [{"edition": said} for said in ("-1", "9" * 5000, "1e5", "NaN", "\x00", "<b>", "999999999999")]


@pytest.mark.django_db
@pytest.mark.parametrize("marks", FORGED)
def test_marks_of_the_form_that_are_none_still_send(staff, reporter, marks):
    assert staff.post("/concern/", FORM | marks, headers={"X-Quietly": "1"}).json()["kept"]
    assert staff.post("/concern/", FORM | marks).status_code == 302
    assert [concern.reporter for concern in Concern.objects.in_hand()] == [reporter]
    assert ConcernVersion.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("writer", ["1", NOBODY, "nobody", "<script>", "\x00", "x" * 5000])
def test_somebody_elses_form_sends_nothing(staff, writer):
    page = staff.post("/concern/", FORM | {"writer": writer})
    assert (page.status_code, "Somebody else has signed in" in page.content.decode()) == (200, True)
    assert not Concern.objects.exists()


@pytest.mark.django_db
def test_what_is_others_cannot_be_reached_by_its_keys(staff, reporter):
    """Sessions, children, drafts and forms of others, by ids that somebody saw or guessed."""
    other, session = UserFactory(roles=[Role.PRACTITIONER]), SessionFactory()
    child = BookingFactory(session=session).child
    draft = keep(Typing(uuid.uuid4(), uuid.uuid4(), 0, {"who": ["Theirs"]}), by=other, now=timezone.now())
    theirs = raised(by=other)
    for key in (session.pk, NOBODY):
        assert staff.post(reverse("concern_raise_session", args=[key]), FORM).status_code == 404
    for path in ("session/1/", "session/../", "draft/x/", "draft/%00/", "mine/'/", f"draft/{NOBODY}/x/", "mine/-1/"):
        assert staff.get(f"/concern/{path}").status_code in (301, 302, 404)
    assert (
        "Please choose from the children"
        in staff.post("/concern/", FORM | {"children": [str(child.pk)]}).content.decode()
    )
    for key in (draft.concern_id, theirs.pk, NOBODY):
        assert staff.get(reverse("concern_draft", args=[key])).status_code == 404
        assert staff.post(reverse("concern_draft_thrown_away", args=[key])).status_code == 302
        assert staff.post(reverse("concern_own", args=[key]), {"words": "Mine"}).status_code == 404
    staff.post("/concern/", FORM | {"form_key": str(draft.concern.form_key)})
    staff.post(reverse("concern_draft", args=[draft.concern_id]), FORM | {"form_key": str(theirs.form_key)})
    draft.refresh_from_db()
    assert (draft.fields, draft.concern.reporter, theirs.versions.count()) == ({"who": ["Theirs"]}, other, 1)
    assert Concern.objects.in_hand().filter(reporter=reporter).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("route", ["concern_raise", "concern_mine", "concern_sent"])
def test_other_methods_do_nothing(staff, method, route):
    assert getattr(staff, method)(reverse(route)).status_code == 405
    assert not Concern.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_presses_at_once_are_one_concern():
    """With a draft of it, and while the page keeps it by itself too."""
    UserFactory(roles=[Role.LEAD])
    reporter, key, now = UserFactory(roles=[Role.PRACTITIONER]), uuid.uuid4(), timezone.now()
    typing = Typing(key, uuid.uuid4(), 0, {"what_happened": ["A mark"]})
    keep(typing, by=reporter, now=now)
    report = Report(Kind.CHILD, Concern.Source.STAFF, key, Concern.Danger.NO, {"what_happened": "A mark"})

    def press(number: int) -> uuid.UUID:
        try:
            return adding.raise_or_add(report, by=reporter, now=now).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(press, range(8)))) == 1
    assert (Concern.objects.count(), ConcernVersion.objects.count(), ConcernDraft.objects.count()) == (1, 1, 0)
    assert ChronologyEntry.objects.count() == 1
    assert OutgoingMail.objects.filter(kind="concern_raised").count() == 1
