"""The welcome mail from the list of parents and carers: whom it reaches is said first, and once a day is enough."""

import pytest
from django.urls import reverse

from tests.factories import household
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


def press(client, guardians, **more):
    ticked = [str(guardian.pk) for guardian in guardians]
    data = {"action": "send_welcome", "_selected_action": ticked, "select_across": "0", **more}
    return client.post(reverse("admin:families_guardian_changelist"), data, follow=True).content.decode()


def test_the_page_says_whom_it_reaches_before_anything_goes(client, coordinator):
    client.force_login(coordinator)
    reached = household(last_name="Mailed")[0][0]
    phoned = household(email="", last_name="Phoned")[0][0]
    page = press(client, [reached, phoned])
    assert "Send the welcome mail to 1 person?" in page
    assert str(phoned) in page.split("No mail reaches these")[1]
    assert not OutgoingMail.objects.exists()
    assert "1 mail is on the way." in press(client, [reached, phoned], send="yes")
    assert "0 mails are on the way. 1 person has had it today already." in press(client, [reached, phoned], send="yes")
    assert OutgoingMail.objects.get().to == reached.email


def test_who_may_not_change_families_cannot_send_it(client, practitioner):
    client.force_login(practitioner)
    guardian = household()[0][0]
    press(client, [guardian], send="yes")
    assert not OutgoingMail.objects.exists()
