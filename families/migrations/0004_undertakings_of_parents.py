"""Version 1 of the agreement: the undertakings of parents and carers, word for word as the charity
published them (F1 to F6), with easy words next to them."""

import hashlib
import uuid

from django.db import migrations
from django.utils import timezone

TEXT = """Parents/carers will:
· ensure that their child has access to ‘Zoom’ to enable them to join in the session on time. (Please see attachment ‘How to install ‘Zoom’. If you do need support to set up ‘Zoom’, contact ggabramaviciute@whippersnappers.org)
· support their child during the session and encourage participation
· use positive language during group sessions
· ensure that all family members who can be seen in the video are dressed appropriately
· ensure that the background environment that can be seen in the video is appropriate
· parents will ensure that they will not record the sessions or share them with anyone else. Whippersnappers will retain responsibility for who is ‘invited’ to join a ‘Zoom’ session."""

EASY_TEXT = """What we ask of you:
· Make sure your child can use Zoom, so that they can join on time. If you need help with Zoom, ask us. We are happy to help.
· Stay with your child in the session. Help them to join in.
· Use kind and cheerful words in group sessions.
· Make sure that everyone who can be seen on the video has suitable clothes on.
· Make sure that what can be seen behind you on the video is all right for others to see.
· Do not record the session. Do not take photos of it. Do not share it, or your link, with anyone. Only we decide who is invited."""


def add(apps, schema_editor):
    agreement = apps.get_model("families", "Agreement")
    agreement.objects.get_or_create(
        version=1,
        defaults={
            "id": uuid.uuid4(),
            "text": TEXT,
            "easy_text": EASY_TEXT,
            "sha256": hashlib.sha256(f"{TEXT}\n{EASY_TEXT}".encode()).hexdigest(),
            "published_at": timezone.now(),
        },
    )


class Migration(migrations.Migration):
    dependencies = [("families", "0003_reference_numbers")]
    # Going back leaves the version: what is published may have been signed.
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
