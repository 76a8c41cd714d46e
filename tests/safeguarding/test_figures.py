"""Figures: counted right, small numbers never to be worked out, and nothing of what somebody is kept from."""

import io
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import product

import openpyxl
import pypdf
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding.figures.counting import Fact, count, counted_for, figures
from safeguarding.figures.files import spreadsheet
from safeguarding.figures.hiding import Table, table
from safeguarding.figures.periods import Period, before, days, last_quarters, present_quarter, quarter
from safeguarding.models import Concern, ConcernPerson, Recusal
from safeguarding.vocabulary import Kind, PersonRole, State
from tests.safeguarding.scenes import raised
from tests.safeguarding.test_reading import stripped
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

AUTUMN = quarter(2026, 4)
AT = datetime(2026, 10, 12, 9, tzinfo=UTC)
AFTER = datetime(2027, 3, 1, tzinfo=UTC)


def fact(*, at: datetime = AT, **fields: object) -> Fact:
    facts: dict[str, object] = {"kind": Kind.CHILD, "categories": ["neglect"], "severity": "high", "submitted_at": at}
    return Fact(**(facts | fields))  # type: ignore[arg-type]


def numbers(part: Table) -> dict[str, int | None]:
    return {row.label: row.number for row in part.rows if row.number != 0}


def test_no_small_number_can_be_worked_out_of_what_is_shown() -> None:
    """Every table of four numbers up to eight: of each hidden number at least two values fit what is published."""
    fits: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    for cells in product(range(9), repeat=4):
        shown = table("", dict(zip("abcd", cells, strict=True)), hiding=True)
        published = (tuple(row.number for row in shown.rows), shown.total)
        fits[published].append(cells)
        assert all(number is None or number >= 5 for number in published[0])
        assert published[1] is None or published[1] >= 5
    for (row, _), tables in fits.items():
        for place, number in enumerate(row):
            if number is None and any(cells[place] < 5 for cells in tables):
                assert len({cells[place] for cells in tables}) > 1, (row, tables)


def test_whoever_sees_single_ones_sees_the_numbers() -> None:
    shown = table("", {"a": 1, "b": 0, "c": 9}, hiding=False)
    assert ([row.number for row in shown.rows], shown.total, shown.hides) == ([1, 0, 9], 10, False)


def test_a_total_that_gives_one_table_away_is_shown_in_none() -> None:
    """Twelve, four of each in one table: the other tables must not say twelve."""
    minute = timedelta(minutes=1)
    in_time, late, not_yet = fact(acknowledged_at=AT + minute), fact(acknowledged_at=AT + 9 * 60 * minute), fact()
    found = count(4 * [in_time, late, not_yet], AUTUMN, [AUTUMN], hiding=True, now=AFTER)
    by_age = next(t for t in found.tables if t.title.startswith("Open"))
    assert {row.number for t in [*found.tables, found.quarters] if t is not by_age for row in t.rows} == {None}
    assert {t.total for t in found.tables if t is not by_age} == {None}
    assert found.times[0][1] == "not shown"


@pytest.mark.parametrize(
    ("now", "name", "earlier"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "Q4 2026", "Q3 2026"),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), "Q1 2027", "Q4 2026"),
        # Midnight of London, an hour before that of the meridian.
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "Q3 2026", "Q2 2026"),
        (datetime(2028, 2, 29, 12, 0, tzinfo=UTC), "Q1 2028", "Q4 2027"),
    ],
)
def test_quarters_are_londons(now: datetime, name: str, earlier: str) -> None:
    assert (present_quarter(now).name, before(present_quarter(now)).name) == (name, earlier)
    assert present_quarter(now).holds(now)
    assert last_quarters(now, with_present=False)[0].name == earlier
    assert len({q.since for q in last_quarters(now, with_present=True)}) == 8


def test_what_is_counted_of_whom() -> None:
    hour = timedelta(hours=1)
    facts = [
        fact(acknowledged_at=AT + hour, closed_at=AT + timedelta(days=3)),
        fact(acknowledged_at=AT + 2 * hour, severity="low", categories=["neglect", "adult_neglect"]),
        fact(kind=Kind.STAFF, acknowledged_at=AT + 3 * hour, closed_at=datetime(2027, 1, 2, tzinfo=UTC)),
        fact(at=datetime(2026, 9, 30, 22, 59, tzinfo=UTC)),
        fact(at=datetime(2027, 1, 1, tzinfo=UTC)),
    ]
    found = count(facts, AUTUMN, [AUTUMN, before(AUTUMN)], hiding=False, now=AFTER)
    kinds, acknowledged, closed, ages, harm = found.tables
    assert (numbers(kinds), kinds.total) == ({"A child": 2, "Allegation about staff or a volunteer": 1}, 3)
    assert numbers(harm) == {"Neglect of a child": 3, "Neglect of an adult": 1}
    assert numbers(acknowledged) == {"In time": 2, "Late": 1}
    assert numbers(closed) == {"Closed": 2, "Not closed": 1}
    # As it was at midnight of New Year: the one from September too, and the one that was closed on 2 January.
    assert numbers(ages) == {"Up to three months": 2, "Up to a year": 1}
    assert numbers(found.quarters) == {"Q3 2026": 1, "Q4 2026": 3}
    assert found.times == [
        ("Half were acknowledged within", "2 hours"),
        ("Half of those that are closed were closed within", "42 days"),
    ]


def test_a_period_that_is_not_over_has_no_ages_of_the_future() -> None:
    (ages,) = (
        t
        for t in count([fact()], AUTUMN, [AUTUMN], hiding=False, now=AT + timedelta(days=1)).tables
        if "age" in t.title
    )
    assert numbers(ages) == {"Up to a week": 1}


def test_a_trustee_gets_no_time_of_so_few() -> None:
    four = [fact(acknowledged_at=AT + timedelta(minutes=20)) for _ in range(4)]
    hidden, shown = (count(four[:1] * n, AUTUMN, [AUTUMN], hiding=True, now=AFTER).times[0][1] for n in (4, 5))
    assert (hidden, shown) == ("not shown", "20 minutes")


def test_formulas_stay_text_in_the_spreadsheet() -> None:
    period = Period(date(2026, 10, 1), date(2026, 12, 31), '=HYPERLINK("x")')
    book = openpyxl.load_workbook(io.BytesIO(spreadsheet(count([fact()], period, [period], hiding=False, now=AFTER))))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert [cell.value for cell in cells if cell.data_type == "f" or str(cell.value).startswith("=")] == []
    assert any(cell.value == 1 and cell.data_type == "n" for cell in cells)


@pytest.mark.django_db
class TestPages:
    """Who gets which figures."""

    @pytest.fixture
    def six(self, lead: User) -> list[Concern]:
        """Six that were raised in the quarter before this one, about children, and one about the Lead."""
        at = before(present_quarter(timezone.now())).begins + timedelta(days=3)
        return [raised(now=at) for _ in range(6)] + [raised(now=at, kind=Kind.LEAD)]

    def test_lead_exact_trustee_hidden(self, client: Client, lead: User, trustee: User, six: list[Concern]) -> None:
        now = timezone.now()
        period = before(present_quarter(now))
        Concern.objects.filter(pk=six[0].pk).update(state=State.ERROR)
        exact, hidden = (figures(user, period, [period], now=now) for user in (lead, trustee))
        assert (exact.tables[0].total, numbers(exact.tables[0])) == (5, {"A child": 5})
        # With the one about the Lead, which alone would be a small number.
        assert hidden.tables[0].total == 6
        assert {row.label: row.number for row in hidden.tables[0].rows}["A child"] is None
        client.force_login(trustee)
        page = client.get(reverse("safeguarding_figures")).content.decode()
        assert "not shown" in page
        assert period.name in page
        assert 'name="since"' not in page
        event = AuditEvent.objects.get(event="concern.figures_read")
        assert event.detail == {"since": str(period.since), "until": str(period.until), "hiding": True}

    def test_a_trustee_chooses_no_days_and_no_quarter_that_runs(self, client: Client, trustee: User) -> None:
        client.force_login(trustee)
        now = timezone.now()
        running = f"{present_quarter(now).since:%Y-%m}"
        for typed in ({"since": "2026-01-01", "until": "2026-01-02"}, {"quarter": running}, {"quarter": "\x00=1"}):
            page = client.get(reverse("safeguarding_figures"), typed)
            assert f"raised in {before(present_quarter(now)).name}" in page.content.decode()

    def test_the_lead_chooses_days(self, client: Client, lead: User) -> None:
        client.force_login(lead)
        at = reverse("safeguarding_figures")
        typed = {"since": "2026-10-01", "until": "2026-10-02"}
        assert "1 October 2026 to 2 October 2026" in client.get(at, typed).content.decode()
        wrong = client.get(at, {"since": "2026-10-02", "until": "2026-10-01"}).content.decode()
        assert "Choose a day that is not before the first one." in wrong
        assert "Choose this day too." in client.get(at, {"since": "2026-10-02"}).content.decode()
        assert client.get(at, {"since": "x", "until": "9999-12-31"}).status_code == 200

    @pytest.mark.parametrize("person", ["lead", "trustee"])
    def test_what_somebody_is_kept_from_is_not_counted(
        self, client: Client, request: pytest.FixtureRequest, six: list[Concern], person: str
    ) -> None:
        user, at = request.getfixturevalue(person), six[0].submitted_at
        with time_machine.travel(timezone.now(), tick=False):
            client.force_login(user)
            before_it = stripped(client.get(reverse("safeguarding_figures")))
            about, left = raised(now=at, kind=Kind.STAFF), raised(now=at)
            ConcernPerson.objects.create(concern=about, user=user, role=PersonRole.SUBJECT)
            Recusal.objects.create(concern=left, user=user, at=timezone.now())
            assert stripped(client.get(reverse("safeguarding_figures"))) == before_it
        assert not counted_for(user).filter(pk__in=[about.pk, left.pk]).exists()

    def test_files_say_what_the_page_says_and_are_in_the_trail(
        self, client: Client, trustee: User, six: list[Concern], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client.force_login(trustee)
        addresses = [reverse("safeguarding_figures_file", args=[form]) for form in ("pdf", "xlsx")]
        for address in addresses:
            # Not without showing once more that it is them.
            assert client.get(address).status_code == 302
        assert not AuditEvent.objects.filter(event="concern.figures_taken").exists()
        monkeypatch.setattr("whippersnappers.accounts.second_factors.is_shown_again", lambda request, now: True)
        pdf, sheet = (client.get(address) for address in addresses)
        words = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)
        cells = list(openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))
        assert ("By what it is about", "All", 7) in cells
        assert ("By what it is about", "A child", "not shown") in cells
        assert "A child not shown" in " ".join(words.split())
        assert "All 7" in " ".join(words.split())
        assert [answer["Content-Disposition"].split(";")[0] for answer in (pdf, sheet)] == ["attachment"] * 2
        taken = AuditEvent.objects.filter(event="concern.figures_taken").order_by("sequence")
        assert [event.detail["form"] for event in taken] == ["pdf", "xlsx"]
        assert client.get(reverse("safeguarding_figures_file", args=["csv"])).status_code == 404

    def test_as_many_queries_for_many(
        self, client: Client, trustee: User, lead: User, django_assert_max_num_queries
    ) -> None:
        client.force_login(trustee)
        raised()
        client.get(reverse("safeguarding_figures"))
        with django_assert_max_num_queries(14) as few:
            client.get(reverse("safeguarding_figures"))
        for _ in range(9):
            raised()
        with django_assert_max_num_queries(14) as many:
            client.get(reverse("safeguarding_figures"))
        assert len(few) == len(many)


def test_days_have_their_names() -> None:
    assert days(date(2026, 2, 28), date(2026, 3, 1)).name == "28 February 2026 to 1 March 2026"
