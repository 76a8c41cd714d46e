"""What a parent or carer fills in who is worried about something."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from families.models import Child
from families.plain_text import LinesField
from safeguarding.models import Concern
from safeguarding.vocabulary import Kind
from whippersnappers.accounts.models import User

MUCH = 20_000
SOME = 1_000
NOT_TOLD = "About our Lead or their deputy? They are not told. Our trustees are."
# What the four answers mean to those who look after it.
ABOUT = [
    (Kind.CHILD, "A child or young person"),
    (Kind.ADULT, "An adult who needs care or support"),
    (Kind.STAFF, "Somebody who works or helps here"),
    (Kind.LEAD, "Our Safeguarding Lead, or their deputy"),
]


class OwnChildren(forms.ModelMultipleChoiceField):
    """Children of the parent who is signed in, by the names they are known by."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.known_as)

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError:
            raise ValidationError("Please choose from the children on this page.") from None


def children_field(label: str) -> OwnChildren:
    """Children to tick; which ones there are is set when the form is made."""
    none = Child.objects.none()
    return OwnChildren(label=label, queryset=none, required=False, widget=forms.CheckboxSelectMultiple)


def who_field(**texts: Any) -> LinesField:
    """Whom it is about, in words."""
    hint = "A name, or how we can tell who it is."
    return LinesField(label="Who is it about?", help_text=hint, required=False, most=SOME, rows=2, **texts)


class FormKey(forms.UUIDField):
    """The form's own key; a form that lost it counts as a new one."""

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


class WorriedForm(forms.Form):
    """The form of the page. Without a signed-in parent it keeps what was typed, ticks too, and is never sent."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label="What is your worry about?",
        help_text=NOT_TOLD,
        choices=ABOUT,
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose one.", "invalid_choice": "Please choose one."},
    )
    children = children_field("Is it about a child of yours?")
    who = who_field()
    what_happened = LinesField(
        label="What happened?",
        help_text="What did you see or hear? When was it? Use your own words. It does not have to be perfect.",
        most=MUCH,
        error_messages={"required": "Please say in a few words what worries you."},
        rows=7,
    )
    danger_now = forms.ChoiceField(
        label="Is anybody in danger right now?",
        choices=[
            (Concern.Danger.NO, "No"),
            (Concern.Danger.NOT_SURE, "I am not sure"),
            (Concern.Danger.YES, "Yes. I call 999 too"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose one.", "invalid_choice": "Please choose one."},
    )
    reach_reporter = LinesField(
        label="How can we reach you safely?",
        help_text="For example: “Call my mobile in the morning.” Or: “Do not leave a message.”",
        required=False,
        most=SOME,
        rows=2,
    )
    form_key = FormKey(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Child.objects.visible_to(user).filter(archived_at=None) if user else Child.objects.none()
        self.fields["children"].queryset = mine  # type: ignore[attr-defined]
        if user is None:
            self.fields["children"].widget = forms.MultipleHiddenInput()
