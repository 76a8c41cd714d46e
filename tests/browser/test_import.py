"""A coordinator imports a spreadsheet and looks at a family, in a real browser, wide and narrow."""

from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from families import registering
from families.importing import runs
from families.importing.sheets import MAX_BYTES
from families.models import Child, FamilyImport, Guardianship
from tests.browser.eyes import Eyes, Screen
from tests.factories import household
from tests.messy_families import as_csv, as_xlsx, messy_rows
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def spreadsheet(tmp_path: Path) -> Path:
    """60 messy families: one impossible date, one formula."""
    rows = messy_rows(60)
    rows[3]["Date of birth"] = "30/02/2016"
    rows[7]["Known as"] = "=1+1"
    path = tmp_path / "our families.xlsx"
    path.write_bytes(as_xlsx(rows))
    return path


def test_upload_look_confirm(
    eyes: Eyes, screen: Screen, live_server: LiveServer, coordinator: User, spreadsheet: Path
) -> None:
    eyes.use(screen)
    eyes.sign_in(coordinator)
    page = eyes.page
    eyes.go("/admin/families/family/")
    eyes.follow(page.get_by_role("link", name="Import families from a spreadsheet"))
    eyes.check("import-upload")
    page.get_by_label("Spreadsheet").set_input_files(spreadsheet)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_text("Checking our families.xlsx")).to_be_visible()
    eyes.check("import-checking")

    run = FamilyImport.objects.get()
    runs.check(str(run.pk), now=timezone.now())
    expect(page.get_by_text("2 rows need mending.")).to_be_visible()
    expect(page.get_by_text("There is no such day: 30/02/2016.")).to_be_visible()
    eyes.check("import-mending")
    eyes.follow(page.get_by_role("link", name="New ("))
    eyes.check("import-new")
    assert Child.objects.count() == 0

    page.get_by_role("button", name="Import the").click()
    expect(page.get_by_text("Importing our families.xlsx")).to_be_visible()
    runs.land(str(run.pk), now=timezone.now())
    run.refresh_from_db()
    expect(page.get_by_text(f"{run.counts['landed']} rows were imported")).to_be_visible()
    eyes.check("import-done")
    page.get_by_role("link", name="Look at the families").click()
    expect(page.get_by_role("link", name="Import families from a spreadsheet")).to_be_visible()
    assert Child.objects.count() == run.counts["landed"] > 70


def test_rows_are_pasted_mended_and_checked(
    eyes: Eyes, screen: Screen, live_server: LiveServer, coordinator: User
) -> None:
    eyes.use(screen)
    eyes.sign_in(coordinator)
    eyes.go("/admin/families/family/import/")
    page = eyes.page
    pasted = as_csv(messy_rows(60), encoding="utf-8", separator="\t").decode()
    page.get_by_label("Or paste rows here").fill(pasted.partition("\n")[2])
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("alert").filter(has_text="Row 1 should hold our headings")).to_be_visible()
    eyes.check("import-paste-refused")
    page.get_by_label("Or paste rows here").fill("x" * (MAX_BYTES + 1))
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("alert").filter(has_text="That was more than 5 MB")).to_be_visible()
    assert len(page.get_by_label("Or paste rows here").input_value()) == MAX_BYTES + 1
    page.get_by_label("Or paste rows here").fill(pasted)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_text("Checking Pasted rows")).to_be_visible()
    run = FamilyImport.objects.get()
    runs.check(str(run.pk), now=timezone.now())
    expect(page.get_by_role("button", name="Import the")).to_be_visible()
    eyes.check("import-paste-checked")


def test_a_pdf_is_refused_on_the_spot(
    eyes: Eyes, screen: Screen, live_server: LiveServer, coordinator: User, tmp_path: Path
) -> None:
    eyes.use(screen)
    eyes.sign_in(coordinator)
    eyes.go("/admin/families/family/import/")
    path = tmp_path / "families.csv"
    path.write_bytes(b"%PDF-1.7")
    eyes.page.get_by_label("Spreadsheet").set_input_files(path)
    eyes.page.get_by_role("button", name="Check it").click()
    expect(eyes.page.get_by_role("alert")).to_contain_text("This is a PDF")
    eyes.check("import-refused")
    assert not FamilyImport.objects.exists()


def test_the_pages_of_families_and_a_restriction_in_words(
    eyes: Eyes, screen: Screen, live_server: LiveServer, coordinator: User
) -> None:
    _, (child, _) = household(children=2, guardians=2)
    child.medical_notes = "Allergic to peanuts. Carries an EpiPen."
    registering.save_child(child, by=coordinator, now=timezone.now())
    standing = Guardianship.objects.filter(child=child).first()
    assert standing is not None
    registering.restrict(
        standing, reason="Order of 3 May", review_on=date(2027, 5, 3), by=coordinator, now=timezone.now()
    )
    eyes.use(screen)
    eyes.sign_in(coordinator)
    places = {
        "family-list": "/admin/families/family/",
        "guardian-list": "/admin/families/guardian/",
        "child-list": "/admin/families/child/",
        "family": f"/admin/families/family/{child.family_id}/change/",
        "child": f"/admin/families/child/{child.pk}/change/",
        "guardian": f"/admin/families/guardian/{standing.guardian_id}/change/",
        "archive": f"/admin/families/family/{child.family_id}/archive/",
        "group-add": "/admin/families/group/add/",
        "consent-add": "/admin/families/consent/add/",
    }
    for name, path in places.items():
        eyes.go(path)
        eyes.check(f"families-{name}")
    eyes.go(places["child"])
    expect(eyes.page.get_by_label("Restriction", exact=True)).to_contain_text("gets nothing about")
