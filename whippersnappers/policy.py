"""The clauses of the charity's published policy, named in one place.

Code, tests, blockers and alerts refer to a clause by its code here, so that every rule can be traced
to the promise it keeps and a promise without a rule can be found.
"""

from django.db import models


class Clause(models.TextChoices):
    """One promise of the published policy; the label is the promise in short."""

    W1 = "W1", "An invitation from our own address, with a link or a Meeting ID and passcode"
    W2 = "W2", "Parents and carers are told the content, length and props beforehand"
    W3 = "W3", "Child friendly, positive, accessible language"
    W4 = "W4", "Dressed appropriately, in child friendly surroundings"
    W5 = "W5", "At least two members of staff at every live session"
    W6 = "W6", "Records of the timings and content of all 1:1 sessions"
    W7 = "W7", "Every safeguarding concern goes to the Safeguarding Lead"
    W8 = "W8", "Data protection and confidentiality at all times"
    N1 = "N1", "We never ask for passwords or login details"
    N2 = "N2", "Nothing confidential is shared outside unless a safeguarding issue arises"
    N3 = "N3", "Children and family members are never filmed or photographed"
    X1 = "X1", "Group entertainment may be recorded while family video is off"
    X2 = "X2", "Recording stops before families turn on cameras to say hello"
    F1 = "F1", "The child can use Zoom; help is offered"
    F2 = "F2", "Parents and carers support their child during the session"
    F3 = "F3", "Positive language during group sessions"
    F4 = "F4", "Everybody who can be seen is dressed appropriately"
    F5 = "F5", "The background that can be seen is appropriate"
    F6 = "F6", "Parents and carers neither record sessions nor share them"
    F7 = "F7", "The charity decides who is invited"
    A1 = "A1", "The same rules face to face and at a distance"
    A2 = "A2", "Everybody reports suspected or actual abuse"
