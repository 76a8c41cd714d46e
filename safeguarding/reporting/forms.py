"""What staff fill in who raise a concern: the part that cannot wait first, the rest when they can."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from families.models import Child
from families.plain_text import LinesField
from safeguarding.files.fields import FilesField, about_field, check_files
from safeguarding.forms import MUCH, NOT_TOLD, SOME, FormKey, children_field, who_field
from safeguarding.models import Concern
from safeguarding.reporting.marks import MarkRows
from safeguarding.vocabulary import Kind
from whippersnappers.accounts.models import User

CHOOSE = {"required": "Please choose one.", "invalid_choice": "Please choose one."}
WHO = "Please say who it is about, or choose from the children."
MARKS = "Please look at the marks on the body map."
WHAT = "Please say in a few words what you saw or heard."
ABOUT = [
    (Kind.CHILD, "A child or young person"),
    (Kind.ADULT, "An adult who needs care or support"),
    (Kind.STAFF, "Somebody who works or volunteers here"),
    (Kind.LOW_LEVEL, "How a colleague behaves: small, but it does not feel right"),
    (Kind.LEAD, "Our Safeguarding Lead, or their deputy"),
    (Kind.ONLINE, "Something that happened online"),
    (Kind.ORGANISATION, "How we work here"),
]
# Danger too; whoever cannot call must be able to say so.
NOBODY_CALLED = "yes_nobody_called"
DANGER = [
    (Concern.Danger.NO, "Everybody is safe now"),
    (Concern.Danger.NOT_SURE, "I am not sure"),
    (Concern.Danger.YES, "Somebody is in danger now. I have called 999"),
    (NOBODY_CALLED, "In danger now, and nobody has called 999 yet"),
]
SERIOUS = [
    ("high", "Serious: somebody was hurt, or could be soon"),
    ("medium", "Worrying: it should be looked at today"),
    ("low", "Small: it should be known"),
    ("not_sure", "I cannot tell"),
]
# The part that follows when there is time, in this order.
LATER = (
    "childs_words",
    "how_they_communicate",
    "when_and_where",
    "who_was_there",
    "action_taken",
    "parent_told",
    "opinion",
)


def _later(label: str, help_text: str = "") -> LinesField:
    return LinesField(label=label, help_text=help_text, required=False, most=MUCH, rows=3)


class FollowingPart(forms.Form):
    """What may wait: with the concern, or as an addition to it."""

    use_required_attribute = False
    # Whether it is drawn from a draft.
    goes_on = False

    childs_words = _later("The child’s own words", "As exactly as you can. Please do not tidy them.")
    how_they_communicate = _later(
        "How does the child communicate?", "Speech, Makaton, a communication aid, an interpreter: and who helped."
    )
    when_and_where = _later("When and where was it?", "Did the call drop? Then say when.")
    who_was_there = _later("Who else was there?", "Adults and children, also who was seen in the room on a screen.")
    action_taken = _later("What did you do at once?")
    parent_told = _later(
        "Were the parents told? If not, why?", "Please do not tell them if that could put the child at risk."
    )
    opinion = _later("What do you think about it?", "Your opinion is welcome. It is kept apart from the facts.")
    uploads = FilesField()
    about = about_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks = MarkRows(self.data, is_sent=self.is_bound)

    def full_clean(self) -> None:
        super().full_clean()
        # Last of all, when it is known whether anything else is wrong.
        if self.is_bound:
            check_files(self, self.cleaned_data)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.marks.is_valid():
            self.add_error(None, self.marks.trouble or MARKS)
        return said

    def following(self) -> dict[str, str]:
        """What was said of it, named like the fields of a version."""
        return {name: self.cleaned_data[name] for name in LATER} | {"body_map": self.marks.text()}

    def later(self) -> list[forms.BoundField]:
        """The fields that may wait."""
        return [self[name] for name in (*LATER, "uploads", "about")]

    def later_has_something(self) -> bool:
        """Whether the part that may wait must stand open: something is wrong in it, or already said there."""
        # What the portal filled in itself is no reason: on a phone it would stand between the essential part and Send.
        is_begun = self.is_bound or self.goes_on
        return is_begun and (bool(self.marks.rows) or any(field.errors or field.value() for field in self.later()))


class ConcernForm(FollowingPart):
    """The staff's form. `children` are those of the session from which it was opened; None for nobody signed in."""

    field_order = ("kind", "children", "who", "what_happened", "danger_now", "how_serious", "where_now")

    kind = forms.ChoiceField(
        label="What is it about?",
        help_text=NOT_TOLD,
        choices=ABOUT,
        widget=forms.RadioSelect,
        initial=Kind.CHILD,
        error_messages=CHOOSE,
    )
    children = children_field("Which child is it about?")
    who = who_field(error_messages={"required": WHO})
    what_happened = LinesField(
        label="What did you see or hear?",
        help_text="Facts, in your own words. Short is fine: you can add to it later.",
        most=MUCH,
        error_messages={"required": WHAT},
        rows=5,
    )
    danger_now = forms.ChoiceField(
        label="Are they safe now?", choices=DANGER, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    how_serious = forms.ChoiceField(
        label="How serious does it seem to you?",
        help_text="The Lead decides. This helps them to see what comes first.",
        choices=SERIOUS,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    where_now = LinesField(label="Where is the child now?", required=False, most=SOME, rows=2)
    form_key = FormKey(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, children: QuerySet[Child] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["children"]
        if children is None:
            field.widget = forms.MultipleHiddenInput()
        else:
            field.queryset = children
            # Without children to choose from, only words can say it.
            self.fields["who"].required = not children.exists()

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if "who" in said and not said["who"] and not said.get("children"):
            self.add_error("who", WHO)
        return said

    def danger(self) -> Concern.Danger:
        """Whether somebody is in danger now."""
        said = self.cleaned_data["danger_now"]
        return Concern.Danger.YES if said == NOBODY_CALLED else Concern.Danger(said)

    def words(self) -> dict[str, str]:
        """What was said, named like the fields of a version; children that were ticked by their names."""
        said = self.cleaned_data
        ticked = ", ".join(child.known_as for child in said["children"])
        serious, danger = dict(SERIOUS)[said["how_serious"]], dict(DANGER)[said["danger_now"]]
        about = {"who": "\n".join(filter(None, [ticked, said["who"]])), "how_serious": f"{serious}. {danger}."}
        return {name: said[name] for name in ("what_happened", "where_now")} | about | self.following()


class PageStamp(forms.Form):
    """What a drawn form knows of itself, so that what is kept from it lands in the right draft, of the right person."""

    page = FormKey(widget=forms.HiddenInput, required=False)
    edition = forms.IntegerField(widget=forms.HiddenInput, required=False)
    writer = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_edition(self) -> int:
        return self.cleaned_data["edition"] or 0

    def is_of_another(self, user: User) -> bool:
        """Whether it was drawn for somebody else, who was signed in on this device before."""
        return self.data.get("writer", "") not in ("", str(user.pk))


class AddForm(FollowingPart):
    """More about a concern that was sent."""

    words = LinesField(
        label="What would you like to add?",
        help_text="What you sent stays as it is. This is kept beside it, with the time.",
        most=MUCH,
        required=False,
        rows=5,
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if not self.errors and not said["uploads"] and not self.more():
            self.add_error("words", "Please write what you would like to add, or choose a file.")
        return said

    def more(self) -> dict[str, str]:
        """What is added, named like the fields of a version; empty when nothing was said."""
        said = self.following() | {"added": self.cleaned_data["words"]}
        return {name: words for name, words in said.items() if words}
