"""Building mails: every byte that a server or a mail program may stumble over."""

import email
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest

from whippersnappers.outbox.catalogue import Attachment, Rendered
from whippersnappers.outbox.message import UnusableAddress, build, envelope_address, message_id_for

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
HTML = """<html><head><style>
p { color: #123456 } @media (max-width: 320px) { p { padding: 0 } }
</style></head><body><p>Zoë’s drums</p></body></html>"""


def made(
    rendered: Rendered | None = None, to: str = "zoe@example.com", to_name: str = ""
) -> tuple[bytes, EmailMessage]:
    rendered = rendered or Rendered("Drums and songs", "Hello\n", HTML)
    data = build(rendered, to=to, to_name=to_name, message_id=message_id_for("key"), now=NOW)
    message = email.message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    return data, message


def part(message: EmailMessage, content_type: str) -> EmailMessage:
    [found] = [p for p in message.walk() if p.get_content_type() == content_type]
    assert isinstance(found, EmailMessage)
    return found


def test_the_headers_of_a_mail() -> None:
    _, message = made(to_name="Zoe Adeyemi")
    assert {name: str(message[name]) for name in message if name not in ("Content-Type", "MIME-Version")} == {
        "From": "Whippersnappers <hello@whippersnappers.org>",
        "To": "Zoe Adeyemi <zoe@example.com>",
        "Reply-To": "support@whippersnappers.org",
        "Subject": "Drums and songs",
        "Date": "Tue, 24 Nov 2026 16:00:00 +0000",
        "Message-ID": message_id_for("key"),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def test_a_kind_may_say_where_answers_go() -> None:
    _, message = made(Rendered("S", "T", HTML, reply_to="maya@whippersnappers.org"))
    assert message["Reply-To"] == "maya@whippersnappers.org"


def test_the_message_id_belongs_to_the_key_and_gives_nothing_away(settings: object) -> None:
    first = message_id_for("invitation:1:2:3")
    assert first == message_id_for("invitation:1:2:3") != message_id_for("invitation:1:2:4")
    assert re.fullmatch(r"<[0-9a-f]{40}@whippersnappers\.org>", first)


def test_plain_text_comes_first_and_the_calendar_last() -> None:
    entry = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    _, message = made(Rendered("S", "T", HTML, calendar=entry, calendar_method="CANCEL"))
    assert message.get_content_type() == "multipart/alternative"
    kinds = [p.get_content_type() for p in message.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    calendar = part(message, "text/calendar")
    assert (calendar.get_param("method"), calendar.get_content_charset()) == ("CANCEL", "utf-8")
    assert calendar.get_payload(decode=True) == entry


def test_attachments_stand_beside_the_text_and_keep_their_names() -> None:
    guide = Attachment("Zoë’s guide.pdf", bytes(range(256)) * 100, "application/pdf")
    _, message = made(Rendered("S", "T", HTML, attachments=[guide]))
    assert [p.get_content_type() for p in message.iter_parts()] == ["multipart/alternative", "application/pdf"]
    attached = part(message, "application/pdf")
    assert (attached.get_filename(), attached.get_payload(decode=True)) == (guide.name, guide.content)


def test_styles_are_written_into_the_elements_and_media_queries_stay() -> None:
    _, message = made()
    html = part(message, "text/html").get_content()
    assert '<p style="color: #123456;">Zoë’s drums</p>' in html
    assert "@media (max-width: 320px)" in html


@pytest.mark.parametrize(
    "text",
    [
        "Zoë drums 🥁 مرحبا\n",
        "word " * 500 + "\n",
        "x" * 5000 + "\n",
        "ü" * 3000 + "\n",
        ".\n..\n.dot\n",
        "From here\nspaces at the end  \n\ttab\n",
        "Windows\r\nline ends\r\n",
        "",
    ],
)
def test_any_text_arrives_as_it_was_in_short_seven_bit_lines(text: str) -> None:
    data, message = made(Rendered("S", text, HTML))
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 78
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "subject",
    ["Zoë’s drums: Tuesday 24 November", "long " * 60, "x" * 400, "ünbröken" * 50, "🥁", "مرحبا بكم في الأغاني"],
)
def test_any_subject_arrives_in_short_lines(subject: str) -> None:
    data, message = made(Rendered(subject, "T", HTML))
    assert message["Subject"] == " ".join(subject.split())
    assert max(len(line) for line in data.split(b"\r\n")) <= 78


@pytest.mark.parametrize("name", ["Zoë Müller", 'O"Brien, Ann <x>', "Siân O’Neill", "מרים כהן", ""])
def test_any_name_arrives(name: str) -> None:
    data, message = made(to_name=name)
    [address] = message["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "zoe@example.com")
    assert data.isascii()


@pytest.mark.parametrize("bad", ["Drums\r\nBcc: eve@example.com", "Drums\nBcc: eve@example.com", "A\rB"])
def test_nobody_adds_a_header_or_a_reader(bad: str) -> None:
    _, message = made(Rendered(bad, "T", HTML), to_name=bad)
    assert [name for name in message if name.lower() in ("cc", "bcc")] == []
    assert len(message["To"].addresses) == 1
    assert message["Subject"] == " ".join(bad.split())


def test_a_domain_with_other_letters_becomes_ascii() -> None:
    assert envelope_address("zoe@exämple.com") == "zoe@xn--exmple-cua.com"


@pytest.mark.parametrize(
    "bad", ["", "zoe", "@example.com", "zoe@", "zoë@example.com", "z oe@example.com", "a@b\r\nDATA"]
)
def test_an_address_that_cannot_be_right_is_refused(bad: str) -> None:
    with pytest.raises(UnusableAddress):
        envelope_address(bad)
