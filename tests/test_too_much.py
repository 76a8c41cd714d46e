"""Whatever is sent too much of, on any page, is answered by a plain page."""

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db
PAGE = "/admin/sessions_app/session/add/"


@pytest.mark.parametrize(
    "sent", [{"title": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}, {f"child-{n}": "1" for n in range(5000)}]
)
def test_too_much_is_said(client: Client, coordinator, sent):
    client.force_login(coordinator)
    answer = client.post(PAGE, sent)
    assert answer.status_code == 413
    assert "That was too much at once" in answer.content.decode()
    assert "what you typed is still there" in answer.content.decode()


def test_what_is_only_wrong_is_said_otherwise(client: Client, settings):
    settings.ALLOWED_HOSTS = ["portal.example.org"]
    answer = client.get("/", headers={"host": "elsewhere.example.org"})
    assert answer.status_code == 400
    assert "We did not understand that" in answer.content.decode()
