"""Twenty who read at the same moment, each on a connection of their own: every reading is in the trail, none twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import close_old_connections, connection
from django.test import Client

from tests.factories import UserFactory
from tests.safeguarding.scenes import raised
from tests.safeguarding.test_reading import own
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import verify

READERS = 20


@pytest.mark.django_db(transaction=True)
def test_twenty_readers_leave_one_trail_without_a_gap() -> None:
    pages = own(raised())
    deputies = UserFactory.create_batch(READERS, roles=[Role.DEPUTY])
    browsers = [Client() for _ in deputies]
    for browser, deputy in zip(browsers, deputies, strict=True):
        browser.force_login(deputy)
    before, start = verify()[0], Barrier(READERS)

    def read(browser: Client) -> list[int]:
        close_old_connections()
        try:
            start.wait(10)
            return [browser.get(page).status_code for page in pages]
        finally:
            connection.close()

    with ThreadPoolExecutor(READERS) as pool:
        assert list(pool.map(read, browsers)) == [[200] * len(pages)] * READERS
    kept = AuditEvent.objects.filter(sequence__gt=before)
    assert Counter(kept.values_list("actor", flat=True)) == {f"user:{d.pk}": len(pages) for d in deputies}
    assert verify()[0] == before + READERS * len(pages) == AuditEvent.objects.count()
