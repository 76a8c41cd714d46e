"""The visual timetable on paper: one A4 page, the steps in order, no child and no key to the meeting in it."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from sessions_app import timetable_mails
from sessions_app.due_mails import enqueue_due
from sessions_app.models import SessionStep
from sessions_app.picture_library import CREDIT, PICTURES
from sessions_app.timetable_mails import FILE_NAME, NO_SHEET, sheet_of
from sessions_app.timetable_pdf import draw_pdf
from sessions_app.timetables import Timetable, TimetableStep, timetable_of
from tests.factories import household
from tests.sessions_app.mail_scenes import NOW, PASSCODE, START, ZOOM_ID, deliver, mails, part, planned, to
from whippersnappers.outbox.explaining import story

KEYS = list(PICTURES)
ADA = "ada@example.com"
A4 = (595, 842)
DUE = START - timedelta(hours=48)


def timetable(count: int, word: str = "") -> Timetable:
    """A timetable of so many steps, every fifth without a picture."""
    pictures = [None if n % 5 == 4 else PICTURES[KEYS[n % len(KEYS)]] for n in range(count)]
    steps = tuple(TimetableStep(n, word or f"Step{n}", picture) for n, picture in enumerate(pictures, start=1))
    return Timetable("Drums and songs", "Tuesday 24 November, 4:00pm to 4:45pm", steps)


def read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content), strict=True)


def words_of(content: bytes) -> list[str]:
    return read(content).pages[0].extract_text().split()


def fonts_of(content: bytes) -> list[DictionaryObject]:
    """What each font of the page says of its own letters."""
    fonts = read(content).pages[0]["/Resources"]["/Font"].values()
    return [font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]


@pytest.mark.parametrize("count", [0, 1, 2, 5, 6, 7, 12, 30])
def test_it_is_one_a4_page_with_the_steps_in_order(count):
    content = draw_pdf(timetable(count))
    (page,) = read(content).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
    assert [word for word in words_of(content) if word.startswith("Step")] == [f"Step{n}" for n in range(1, count + 1)]
    assert len(content) < 60_000


@pytest.mark.parametrize(
    "word", ["W" * 80, "We sing the long song of the bear who lives in the lift with his many friend"]
)
@pytest.mark.parametrize("count", [1, 6, 12])
def test_long_words_stay_on_the_page_whole(count, word):
    content = draw_pdf(timetable(count, word))
    assert len(read(content).pages) == 1
    text = "".join(words_of(content))
    assert text.count(word.replace(" ", "")) == count


def test_the_file_says_what_it_is_in_which_language_and_brings_its_letters_along():
    content = draw_pdf(timetable(6))
    file = read(content)
    assert file.metadata.title == "Drums and songs: what will happen"
    assert file.trailer["/Root"]["/Lang"] == "en-GB"
    assert CREDIT in " ".join(words_of(content))
    assert len(fonts_of(content)) == 2
    assert all("/FontFile2" in font for font in fonts_of(content))


def test_the_same_timetable_is_the_same_file():
    assert draw_pdf(timetable(6)) == draw_pdf(timetable(6))


def test_letters_that_the_font_has_not_are_left_out_and_those_it_has_stay():
    content = draw_pdf(timetable(1, "Zoë’s 🥁 drum\x00 Šárka"))
    assert "Zoë’s drum Šárka" in " ".join(words_of(content))


@pytest.mark.django_db
class TestOfASession:
    def test_no_childs_name_and_no_key_stands_in_it(self, coordinator):
        _, kids = household(email=ADA)
        kids[0].known_as = "Zebedee"
        kids[0].save()
        session = planned(coordinator, children=kids, title="Songs for Zebedee", summary="Zebedee likes it loud.")
        SessionStep.objects.create(session=session, position=3, title="ZEBEDEE’s turn", picture="my-turn")
        SessionStep.objects.create(session=session, position=4, title="Zebedee leads", detail="Zebedee plays")
        said = timetable_of(session, NOW)
        assert [step.word for step in said.steps] == ["Hello song", "Drums", "My turn", "Step 4"]
        content = draw_pdf(said)
        text = " ".join(words_of(content))
        for secret in ("zebedee", PASSCODE, ZOOM_ID, ZOOM_ID[:3] + " " + ZOOM_ID[3:7], "http", "join"):
            assert secret.casefold() not in text.casefold()
            assert secret.encode() not in content
        assert "a session with us" in text

    def test_it_travels_with_the_mail_that_prepares(self, coordinator, sink):
        planned(coordinator, children=household(email=ADA)[1])
        deliver(NOW)
        assert enqueue_due(DUE) == 1
        deliver(DUE)
        invited, prepared = to(sink, ADA)
        assert [a.get_filename() for a in invited.iter_attachments()] == []
        (file,) = prepared.iter_attachments()
        assert (file.get_filename(), file.get_content_type()) == (FILE_NAME, "application/pdf")
        assert "Hello song Drums" in " ".join(word for word in words_of(file.get_content()) if not word.isdigit())
        assert "in pictures, on one page" in part(prepared, "text/plain")

    def test_a_session_without_steps_has_none(self, coordinator):
        session = planned(coordinator, children=household()[1])
        session.steps.all().delete()
        assert sheet_of(session, NOW) == NO_SHEET

    def test_pictures_that_cannot_be_drawn_keep_no_mail_back_and_staff_are_told(
        self, coordinator, sink, monkeypatch, caplog
    ):
        session = planned(coordinator, children=household(email=ADA)[1])
        deliver(NOW)
        enqueue_due(DUE)

        def broken(timetable: Timetable) -> bytes:
            raise ValueError("Zebedee")

        monkeypatch.setattr(timetable_mails, "draw_pdf", broken)
        deliver(DUE)
        prepared = to(sink, ADA)[-1]
        assert list(prepared.iter_attachments()) == []
        assert "in pictures" not in part(prepared, "text/plain")
        (mail,) = mails(session, "presession")
        assert mail.state == "sent"
        assert story(mail, DUE, paused=False).endswith(
            "It went without the pictures: they could not be drawn (ValueError)."
        )
        assert "timetable_not_drawn" in caplog.text
        assert "Zebedee" not in caplog.text
