"""Two at the same moment: the same press twice, and two presses that cannot both be."""

import pytest

from sessions_app.models import SessionRecord
from sessions_app.records import signing, writing
from tests.families.test_races import both
from tests.sessions_app.records.scenes import SOON, scene
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db(transaction=True)


def test_signing_in_two_tabs_at_once_is_one_signature():
    here = scene()
    here.written()
    assert both(lambda number: writing.sign(here.record.pk, by=here.lead.user, now=SOON) and None) == [None, None]
    assert AuditEvent.objects.filter(event="record.signed").count() == 1
    assert here.record.timings.count() == 4


def test_it_is_countersigned_or_given_back_but_not_both():
    here = scene()
    here.signed()

    def act(number: int) -> None:
        if number:
            signing.countersign(here.record.pk, by=here.second.user, now=SOON)
        else:
            signing.give_back(here.record.pk, "Not quite", by=here.second.user, now=SOON)

    assert sorted(map(str, both(act))) == ["None", "ValidationError"]
    record = SessionRecord.objects.get()
    happened = AuditEvent.objects.filter(event__in=["record.countersigned", "record.given_back"]).get().event
    assert happened == ("record.countersigned" if record.state == "complete" else "record.given_back")
    assert record.timings.count() == (4 if record.state == "complete" else 0)
