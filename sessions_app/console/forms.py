"""What is typed and ticked on the console."""

from typing import Any

from django import forms

from sessions_app.models import DeliveryCheck, Session


class ChecklistForm(forms.Form):
    """What each member of staff says for themselves. A box that is not ticked is still to be seen to."""

    dressed = forms.BooleanField(label="I am dressed as we ask of everybody who can be seen.", required=False)
    surroundings = forms.BooleanField(required=False)
    language = forms.BooleanField(label="I use warm and simple words, whatever happens.", required=False)
    room = forms.ChoiceField(
        label="Who is in the room with you?",
        choices=DeliveryCheck.Room.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say who is in the room with you."},
    )
    room_note = forms.CharField(
        label="Somebody else: who, and why is that all right?", required=False, max_length=200, empty_value=""
    )

    def __init__(self, data: Any, session: Session) -> None:
        super().__init__(data, auto_id="check_%s")
        surroundings = "What can be seen behind me is fit for children, and shows nothing private."
        if not session.is_remote:
            surroundings = "The room is safe and friendly for children."
            self.fields["room"].label = "Who else is in the room, besides the children and their families?"
        self.fields["surroundings"].label = surroundings
