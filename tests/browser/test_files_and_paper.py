"""Whoever looks after safeguarding: a file goes in and comes back out, and a sheet of paper becomes a concern."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from safeguarding.models import Concern
from safeguarding.vocabulary import State
from tests.browser.eyes import Eyes, Screen
from tests.factories import UserFactory
from tests.safeguarding.file_samples import PDF, with_secrets
from tests.safeguarding.scenes import raised
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARK = {
    "Where on the body?": "front_left_cheek",
    "What does it look like?": "bruise",
    "How large is it?": "coin",
    "What colour is it?": "blue",
}


@pytest.fixture
def lead(live_server: LiveServer) -> User:
    return UserFactory(roles=[Role.LEAD], name="Lena Frost", email="lena@whippersnappers.org")


def test_a_file_and_a_sheet_of_paper(eyes: Eyes, screen: Screen, lead: User, tmp_path: Path) -> None:
    # Given a concern, and a picture and a program that calls itself one
    concern, page = raised(), eyes.page
    picture, program = tmp_path / f"{'a-long-name-' * 12}.jpg", tmp_path / "holiday.jpg"
    picture.write_bytes(with_secrets())
    program.write_bytes(b"MZ" + bytes(60))
    eyes.use(screen)
    eyes.sign_in(lead)
    eyes.go(f"/safeguarding/concerns/{concern.pk}/")
    # When both are added
    page.get_by_role("link", name="Add files").click()
    page.get_by_label("Files").set_input_files([picture, program])
    page.get_by_role("button", name="Keep it").click()
    # Then the page says which of them it does not take
    expect(page.get_by_text("“holiday.jpg”: We cannot take this kind of file.")).to_be_visible()
    eyes.check("files-refused")
    # When the other one is added alone, and saved again
    page.get_by_label("Files").set_input_files(picture)
    page.get_by_label("What do they show?").fill("The register of Tuesday")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("The files are kept.")).to_be_visible()
    page.get_by_text("SHA-256").click()
    eyes.check("files-concern")
    with page.expect_download() as saved:
        page.get_by_role("link", name="a-long-name-").click()
    # Then it comes under a name that says nothing, without what was hidden in it
    assert saved.value.suggested_filename == f"file-{str(concern.files.get().pk)[:8]}.jpg"
    content = Path(saved.value.path()).read_bytes()
    assert (content[:3], b"canary" in content) == (b"\xff\xd8\xff", False)
    # When a sheet of paper is typed in, with its scan
    eyes.go("/safeguarding/")
    eyes.follow(page.get_by_role("link", name="Type in a report from paper"))
    eyes.check("paper-form")
    page.get_by_label("Or somebody else, in words").fill("Vera, a volunteer")
    page.get_by_label("When was it written?").fill("2026-01-12T16:00")
    page.get_by_label("When did you receive it?").fill("2026-01-12T17:30")
    page.get_by_label("Who is it about, as it stands on the paper?").fill("Pip")
    page.get_by_label("What was seen or heard?").fill("A mark on her arm")
    page.get_by_label("Everybody is safe now").check()
    page.get_by_label("I cannot tell").check()
    page.get_by_label("The paper itself, scanned").set_input_files(
        {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    for label, choice in MARK.items():
        page.get_by_role("combobox", name=label).first.select_option(choice)
    page.get_by_role("button", name="Keep it").dblclick()
    # Then it is one concern that says how it came
    expect(page.get_by_text("Typed in by Lena Frost").first).to_be_visible()
    expect(page.get_by_role("link", name="scan.pdf")).to_be_visible()
    expect(page.get_by_text("Left cheek (front): bruise")).to_be_visible()
    eyes.check("paper-concern")
    assert Concern.objects.get(source=Concern.Source.PAPER).state == State.ACKNOWLEDGED
