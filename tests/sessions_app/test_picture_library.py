"""The library of pictures: its files, its list of sources, its words, and what a step's name suggests."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from demo.sample.programme import OFFERS, SOON, TOMORROW
from sessions_app.models import ActivityStep, SeriesStep, SessionStep
from sessions_app.picture_hints import suggest
from sessions_app.picture_library import KEY_LENGTH, PICTURES, refuse_unknown

ROOT = Path(settings.BASE_DIR)
FILES = ROOT / "static" / "pictures"


def test_library_files_and_list_of_sources_are_the_same_pictures():
    listed = re.findall(
        r"^\| ([a-z][a-z-]*) \| ([^|]+) \| [0-9A-F-]+ \|", (ROOT / "docs/pictures-of-steps.md").read_text(), re.M
    )
    assert dict(listed) == {picture.key: picture.word for picture in PICTURES.values()}
    assert {path.stem for path in FILES.glob("*.svg")} == set(PICTURES)
    assert "Attribution-ShareAlike 4.0" in (FILES / "LICENSE-openmoji.txt").read_text()


def test_every_word_stands_for_one_picture_and_every_picture_is_found_by_its_own():
    words = [picture.word for picture in PICTURES.values()]
    assert len(set(words)) == len(words)
    assert {p.key: suggest(p.word) for p in PICTURES.values()} == {key: key for key in PICTURES}
    assert max(map(len, PICTURES)) <= KEY_LENGTH


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Hello song", "hello"),
        ("HELLO, everybody!", "hello"),
        ("Goodbye song", "goodbye"),
        ("Loud and quiet", "loud"),
        ("Your turn", "your-turn"),
        ("It is my turn", "my-turn"),
        ("Hand drum", "hand-drum"),
        ("Drumming", "drum"),
        ("Wash hands, then snack", "wash-hands"),
        ("Classong", ""),
        ("Xyzzy", ""),
        ("", ""),
        ("😀 \x00 \u202e", ""),
    ],
)
def test_a_name_suggests_what_it_speaks_of_first(title, key):
    assert suggest(title) == key


def test_every_step_of_the_sample_has_a_picture():
    bare = [t for offer in (*OFFERS, TOMORROW, SOON) for t, _detail, picture in offer.pictured_steps if not picture]
    assert bare == []


@pytest.mark.parametrize("model", [SessionStep, SeriesStep, ActivityStep])
def test_steps_take_pictures_of_the_library_only(model):
    owner = next(field.name for field in model._meta.fields if field.many_to_one)
    model(title="Drums", picture="drum").clean_fields(exclude=[owner])
    with pytest.raises(ValidationError) as refused:
        model(title="Drums", picture="../settings").clean_fields(exclude=[owner])
    assert list(refused.value.message_dict) == ["picture"]


def test_a_key_that_is_gone_shows_the_word_alone():
    assert SessionStep(title="Drums", picture="no-longer-there").drawn is None
    with pytest.raises(ValidationError):
        refuse_unknown("no-longer-there")
