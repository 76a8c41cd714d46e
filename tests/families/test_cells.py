"""What one cell says: read right, refused in words, never guessed in silence, never a crash."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from families.importing import cells
from families.importing.birthdays import birthday
from families.importing.cells import Broken, CellProblem, Formula, Read, fold
from families.importing.columns import BY_KEY, COLUMNS, column_for, nearest

TODAY = date(2026, 11, 22)
BORN = date(2016, 5, 3)
PARSERS = {column.key: column.parse for column in COLUMNS}


@pytest.mark.parametrize("raw", [
    datetime(2016, 5, 3), date(2016, 5, 3), "03/05/2016", "3/5/2016", "3-5-2016", "3.5.2016", " 03 / 05 / 2016 ",
    "2016-05-03", "2016/5/3", "2016-05-03T00:00:00", "03/05/2016 00:00", "3 May 2016", "3rd May 2016", "3 may, 2016",
    "03-MAY-2016", "May 3, 2016", "Tuesday 3 May 2016", "Tue, 3rd of May 2016", "3\u00a0May\u00a02016",
])  # fmt: skip
def test_dates_come_in_many_forms_with_the_day_first(raw):
    assert birthday(raw, TODAY) == Read(BORN)


@pytest.mark.parametrize(("raw", "note"), [
    ("03/05/16", "two figures"), ("3 May 16", "two figures"), (42493, "counts days"), (42493.0, "counts days"),
])  # fmt: skip
def test_what_had_to_be_guessed_about_a_date_is_said(raw, note):
    read = birthday(raw, TODAY)
    assert read.value == BORN
    assert note in read.note
    assert "03/05/2016" in read.note


@pytest.mark.parametrize(("raw", "sentence"), [
    ("30/02/2016", "no such day: 30/02/2016"), ("29/02/2015", "no such day"), ("31.4.2016", "no such day"),
    ("05/25/2016", "no month 25. The day comes first"), ("25/25/2016", "no month 25."), ("0/5/2016", "no such day"),
    ("03/05/97", "four figures"), ("3/5/201", "four figures"), ("42493", "count days"), ("soon", "not a date"),
    ("3 Mai 2016", "not a month"), ("03/05", "not a date"), ("23/11/2026", "in the future"), (50_000, "in the future"),
    ("01/01/1905", "120 years"), (0, "not a date"), (-4, "not a date"), (10**12, "not a date"),
    (time(4, 5), "into a date or a time"), (Formula(), "formula"), (Broken("#REF!"), "#REF!"), ("=TODAY()", "“=”"),
])  # fmt: skip
def test_impossible_dates_are_refused_in_words(raw, sentence):
    with pytest.raises(CellProblem, match=None) as refused:
        birthday(raw, TODAY)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("raw", ["", "   ", None, "\u00a0"])
@pytest.mark.parametrize("key", list(PARSERS))
def test_an_empty_cell_says_nothing(raw, key):
    assert PARSERS[key](raw, TODAY) == Read(None)


@pytest.mark.parametrize("key", [key for key in PARSERS if not key.endswith("phone")])
@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_what_a_spreadsheet_would_run_is_refused(key, start):
    with pytest.raises(CellProblem, match="formula"):
        PARSERS[key](f"{start}HYPERLINK(1)", TODAY)


@pytest.mark.parametrize(("raw", "value"), [
    ("  Zoe\u0308 ", "Zoë"), ("O’Brien", "O’Brien"), ("O'Neill", "O'Neill"), ("D\u00a0 Souza", "D Souza"),
    ("محمد", "محمد"), ("\u200fיעל\u200e", "יעל"), ("می\u200cرزایی", "می\u200cرزایی"), ("’t Hart", "’t Hart"),
    ("X Æ A-12", "X Æ A-12"),
])  # fmt: skip
def test_names_keep_their_script_and_lose_what_cannot_be_seen(raw, value):
    assert BY_KEY["first_name"].parse(raw, TODAY) == Read(value)


@pytest.mark.parametrize(("raw", "sentence"), [
    ("12", "not a name"), (12, "not a name"), ("ann@example.com", "e-mail"), ("A" * 81, "room for 80"),
    ("A\x00b", "cannot be shown"), (datetime(2016, 5, 3), "into a date"), ("?", "not a name"),
])  # fmt: skip
def test_what_is_no_name_is_refused(raw, sentence):
    with pytest.raises(CellProblem, match=sentence):
        BY_KEY["first_name"].parse(raw, TODAY)


def test_names_are_compared_without_accents_but_with_vowel_signs():
    assert fold("Zoë O’Brien-Smith") == fold("ZOE OBrien Smith")
    assert fold("किरण") != fold("करण")


@pytest.mark.parametrize(("raw", "value", "note"), [
    ("07700 900123", "07700 900123", ""), ("+44 7700 900123", "+44 7700 900123", ""),
    ("(020) 7946 0018", "(020) 7946 0018", ""), (7700900123, "07700900123", "first 0"),
    (7700900123.0, "07700900123", "first 0"), ("7700900123", "07700900123", "first 0"),
    (447700900123, "+447700900123", "dropped the +"), ("020\u00a07946\u00a00018", "020 7946 0018", ""),
])  # fmt: skip
def test_phone_numbers_get_back_what_a_spreadsheet_dropped(raw, value, note):
    read = cells.phone(raw, TODAY)
    assert read.value == value
    assert note in read.note
    assert bool(note) == bool(read.note)


@pytest.mark.parametrize(("raw", "sentence"), [
    ("7.7009E+11", "rounded"), ("call Ann", "not a phone"), ("12", "not a phone"), ("0" * 16, "not a phone"),
    ("07700 900123 or 020 7946 0018", "not a phone"), ("=A1", "formula"), (True, "not a phone"),
])  # fmt: skip
def test_what_is_no_phone_number_is_refused(raw, sentence):
    with pytest.raises(CellProblem, match=sentence):
        cells.phone(raw, TODAY)


@pytest.mark.parametrize(("raw", "value"), [
    (" Ann.Lee@Example.COM ", "ann.lee@example.com"), ("mailto:ann@example.com", "ann@example.com"),
    ("<ann@example.com>", "ann@example.com"), ("o'neill@example.com", "o'neill@example.com"),
])  # fmt: skip
def test_addresses_are_tidied(raw, value):
    assert cells.email(raw, TODAY) == Read(value)


@pytest.mark.parametrize("raw", ["ann", "ann@", "ann@example", "a@b.com; c@d.com", "ann lee@example.com", 5])
def test_what_is_no_address_is_refused(raw):
    with pytest.raises(CellProblem):
        cells.email(raw, TODAY)


def test_choices_are_known_by_label_code_and_everyday_word():
    parse = BY_KEY["guardian_1_relationship"].parse
    assert [parse(word, TODAY).value for word in ("Mother", "mum", "FOSTER carer", "step-parent", "Nan")] == [
        "mother", "mother", "foster_carer", "step_parent", "grandparent",
    ]  # fmt: skip
    with pytest.raises(CellProblem, match="Write one of: Mother; Father"):
        parse("cousin twice removed", TODAY)


@pytest.mark.parametrize(("raw", "value"), [
    ("40", Decimal(40)), (37.5, Decimal("37.5")), ("37,5", Decimal("37.5")), ("52 hours", Decimal(52)), (0, Decimal(0)),
])  # fmt: skip
def test_hours_are_numbers(raw, value):
    assert cells.hours(raw, TODAY) == Read(value)


@pytest.mark.parametrize("raw", ["some", "9000", "1.25", "NaN", "Infinity", "-1", "1e999"])
def test_what_is_no_number_of_hours_is_refused(raw):
    with pytest.raises(CellProblem):
        cells.hours(raw, TODAY)


def test_yes_and_no():
    assert [cells.yes_no(word, TODAY).value for word in ("yes", "N", True, 0, "TRUE")] == [
        True,
        False,
        True,
        False,
        True,
    ]
    with pytest.raises(CellProblem, match="yes or no"):
        cells.yes_no("perhaps", TODAY)


def test_headings_are_known_whatever_their_dress_and_guessed_when_misspelt():
    assert [column_for(h).key for h in ("DATE OF BIRTH", "d.o.b.", "Guardian 1 email", "child first name *")] == [
        "date_of_birth", "date_of_birth", "guardian_1_email", "first_name",
    ]  # fmt: skip
    assert column_for("Shoe size") is None
    assert nearest("Dat of brith") == "Date of birth"
    assert nearest("Shoe size") == ""


_ANYTHING: Any = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=100), st.datetimes(), st.dates(), st.times(),
    st.timedeltas(), st.just(Formula()), st.just(Broken("#N/A")),
)  # fmt: skip


@given(raw=_ANYTHING, key=st.sampled_from(sorted(PARSERS)))
def test_a_cell_is_read_or_refused_in_words_and_reading_it_again_changes_nothing(raw, key):
    read, said = Read(None), "."
    try:
        read = PARSERS[key](raw, TODAY)
    except CellProblem as problem:
        said = str(problem)
    assert said.endswith((".", "?"))
    if read.value not in (None, True, False):
        assert PARSERS[key](read.value, TODAY).value == read.value
        assert not isinstance(read.value, str) or "\x00" not in read.value


@given(day=st.dates(min_value=date(1907, 1, 1), max_value=TODAY))
def test_every_day_is_read_back_from_every_form(day):
    forms = [
        f"{day:%d/%m/%Y}",
        f"{day:%Y-%m-%d}",
        f"{day.day} {day:%B} {day.year}",
        f"{day.day}.{day.month}.{day.year}",
    ]
    assert [birthday(form, TODAY).value for form in forms] == [day] * 4
