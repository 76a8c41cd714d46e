"""What the portal does about each promise, in a sentence: true of this version, so it changes with the code."""

from whippersnappers.policy import Clause

ENFORCED: dict[Clause, str] = {
    Clause.W1: "Each parent or carer gets a mail of their own, from our own address, with their link, Meeting ID and "
    "passcode. The portal does not start with another address.",
    Clause.W2: "A mail before each session says what happens and what to bring; whom no mail reaches is on the phone "
    "list. A session without content or an answer about props cannot be confirmed.",
    Clause.W3: "The reading age of what families will read stands beside the text as staff write it. Our mails are "
    "held to a reading age of eleven by a test. Each member of staff confirms the language before a session.",
    Clause.W4: "Each member of staff answers a checklist on dress and surroundings before a session.",
    Clause.W5: "No session is confirmed without two members of staff who are cleared and free. While it goes on the "
    "portal follows who is there, and raises an alert when a family is with fewer than two.",
    Clause.W6: "Times come from the meeting itself; the record is signed by two and then frozen by the database. Late "
    "ones are chased, and raise an alert.",
    Clause.W7: "A concern is raised in one press from every page, and reaches the Lead at once. Clocks tell the deputy "
    "and the trustees when nobody acknowledges it.",
    Clause.W8: "Everybody sees what their role needs and no more. Confidential words are encrypted; the reading of a "
    "concern is written into a chained trail.",
    Clause.N1: "Families have no password. Texts by staff that ask for one are refused, and every mail says that we "
    "never ask.",
    Clause.N2: "Nothing of a concern leaves without an entry: what, to whom, on which basis, who decided.",
    Clause.N3: "Recording is off in the settings of every meeting but group entertainment, and read back from Zoom. A "
    "recording that starts all the same raises an alert.",
    Clause.X1: "Only group entertainment may be recorded, and nobody is booked into it without the family’s yes.",
    Clause.X2: "Recording ends before families turn their cameras on; a recording meanwhile raises an alert.",
    Clause.F1: "Guides, a device test and a press for help, which reaches our support contact.",
    Clause.F2: "It is part of the agreement that parents and carers sign before they join.",
    Clause.F3: "It is part of the agreement that parents and carers sign before they join.",
    Clause.F4: "It is part of the agreement that parents and carers sign before they join.",
    Clause.F5: "It is part of the agreement that parents and carers sign before they join.",
    Clause.F6: "It is part of the agreement that parents and carers sign before they join.",
    Clause.F7: "The way in belongs to one parent or carer and one session, and can be withdrawn. The waiting room is "
    "always on; somebody who is not ours raises an alert.",
    Clause.A1: "Two members of staff, the checklist, records and alerts hold for sessions in person as well.",
    Clause.A2: "Parents, carers and staff can raise a concern from every page; outside help stands on each.",
}
