"""Guides for getting Zoom ready, and the one page that may ask for camera and microphone (F1)."""

import re
from typing import Any

import pytest

from families.device_kinds import guessed_device
from families.models import HelpRequest
from families.zoom_guide import GUIDES
from tests.factories import household
from tests.sessions_app.test_pages_read_easily import measured, text_of

pytestmark = pytest.mark.django_db
PAGES = ["/portal/zoom/", "/portal/zoom/phone/", "/portal/zoom/tablet/", "/portal/zoom/computer/", "/portal/help/"]


@pytest.fixture
def guardian(client: Any) -> Any:
    (guardian,), _ = household()
    client.force_login(guardian.user)
    return guardian


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1", "phone"),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36", "phone"),
        ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "tablet"),
        ("Mozilla/5.0 (Linux; Android 9; KFMAWI) AppleWebKit/537.36 Silk/100.1 Safari/537.36", "tablet"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36", "computer"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "computer"),
        ("", "computer"),
        ("\u2602", "computer"),
    ],
)
def test_what_somebody_holds_is_guessed(user_agent, device):
    assert guessed_device(user_agent) == device


def test_the_guide_fits_the_device_and_the_others_are_one_press_away(client, guardian):
    page = client.get("/portal/zoom/", headers={"User-Agent": "iPhone Mobile"}).content.decode()
    assert "App Store" in page
    assert all(f"/portal/zoom/{device}/" in page for device in HelpRequest.Device.values)
    assert "zoom.us/download" in client.get("/portal/zoom/computer/").content.decode()
    assert client.get("/portal/zoom/toaster/").status_code == 404


def test_where_to_get_zoom_is_one_press_away_and_is_not_asked_by_the_page(client):
    """Links that a person follows; the address they come from is not told, and the page itself asks nobody."""
    stores = {"apps.apple.com", "play.google.com"}
    for device, hosts in (("phone", stores), ("tablet", stores), ("computer", {"zoom.us"})):
        answer = client.get(f"/portal/zoom/{device}/")
        links = re.findall(
            r'<a class="button plain small" href="https://([^/"]+)/[^"]+" rel="noreferrer">', answer.content.decode()
        )
        assert set(links) == hosts
        assert not hosts & set(answer["Content-Security-Policy"].replace("https://", " ").split())


def test_every_device_has_its_guide_and_every_scene_its_drawing(settings):
    assert set(GUIDES) == set(HelpRequest.Device)
    drawings = (settings.BASE_DIR / "static/img/zoom.svg").read_text()
    wanted = {f"scene-{step.scene}" for steps in GUIDES.values() for step in steps}
    wanted |= {f"frame-{device}" for device in HelpRequest.Device.values}
    assert [name for name in wanted if f'id="{name}"' not in drawings] == []


def test_only_the_test_may_ask_for_camera_and_microphone(client, guardian):
    policies = {page: client.get(page)["Permissions-Policy"] for page in [*PAGES, "/portal/", "/portal/zoom/test/"]}
    may = {page for page, policy in policies.items() if "camera=(self)" in policy or "microphone=(self)" in policy}
    assert may == {"/portal/zoom/test/"}
    assert "geolocation=()" in policies["/portal/zoom/test/"]


def test_the_test_says_what_to_do_without_script_and_asks_nobody_else(client, guardian):
    answer = client.get("/portal/zoom/test/")
    page = answer.content.decode()
    assert "https://zoom.us/test" in page
    assert 'id="test" ' in page
    assert "connect-src 'self'" in answer["Content-Security-Policy"]
    assert answer["Content-Security-Policy"].count("zoom") == 0


@pytest.mark.parametrize("address", [*PAGES[:-1], "/portal/zoom/test/", "/portal/zoom/speed/"])
def test_nobody_needs_to_sign_in(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert ("camera=(self)" in answer["Permissions-Policy"]) == (address == "/portal/zoom/test/")
    assert b"/portal/help/" not in answer.content


@pytest.mark.parametrize(
    ("query", "size"),
    [("", 100_000), ("?portion=little", 100_000), ("?portion=more", 1_000_000), ("?portion=9e9", 100_000)],
)
def test_the_line_is_measured_with_little(client, guardian, query, size):
    answer = client.get(f"/portal/zoom/speed/{query}")
    assert len(answer.content) == size
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("address", [*PAGES, "/portal/zoom/test/"])
def test_the_words_are_easy(client, guardian, address):
    assert measured(text_of(client.get(address).content.decode())) == (True, [])


@pytest.mark.parametrize("address", [*PAGES, "/portal/zoom/test/"])
def test_few_queries(client, guardian, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get(address)
