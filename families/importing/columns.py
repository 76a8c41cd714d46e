"""The columns of the spreadsheet: the one list behind the template, the reading and the instructions."""

from dataclasses import dataclass
from difflib import get_close_matches

from families.importing import cells
from families.importing.birthdays import birthday
from families.importing.cells import Parser, fold
from families.models import Child, Guardian, Guardianship


@dataclass(frozen=True)
class Column:
    """One column. `needed` columns must be there; `filled` cells must not be empty."""

    key: str
    heading: str
    parse: Parser
    help: str
    example: str = ""
    needed: bool = False
    also: tuple[str, ...] = ()


def _words(choices: list[tuple[str, str]], **more: str) -> dict[str, str]:
    """Labels and codes of a model's choices as words that may stand in a cell."""
    words = {label: value for value, label in choices}
    words.update({value: value for value, _ in choices})
    words.update({word.replace("_", " "): value for word, value in more.items()})
    return words


_RELATIONSHIPS = cells.choice(
    _words(
        Guardianship.Relationship.choices,
        mum="mother",
        mummy="mother",
        dad="father",
        daddy="father",
        parent="other",
        gran="grandparent",
        grandmother="grandparent",
        grandfather="grandparent",
        nan="grandparent",
        foster_parent="foster_carer",
        stepmother="step_parent",
        stepfather="step_parent",
        step_mum="step_parent",
        step_dad="step_parent",
        aunt="relative",
        uncle="relative",
        sister="relative",
        brother="relative",
    )
)
_COMMUNICATION = cells.choice(
    _words(
        Child.Communication.choices,
        speaks="speech",
        signing="makaton",
        signs="makaton",
        pictures="pecs",
        symbols="pecs",
        non_verbal="non_verbal",
        british_sign_language="bsl",
        communication_aid="aac",
    )
)
_CONTACT = cells.choice(
    _words(Guardian.Contact.choices, mail="email", e_mail="email", telephone="phone", call="phone", mobile="phone")
)


def _guardian(number: int) -> list[Column]:
    """The columns of guardian 1, who must be there, or of guardian 2, who may be."""
    who, key, parent = f"Guardian {number}", f"guardian_{number}", f"parent{number}"
    is_first = number == 1
    return [
        *_person(who, key, parent, is_first),
        *_standing(who, key, is_first),
        Column(
            f"{key}_prefers",
            f"{who} prefers",
            _CONTACT,
            "How they like to be contacted: e-mail or phone.",
            "e-mail" if is_first else "phone",
            False,
            (f"{who} prefers to be contacted by", f"{who} contact by"),
        ),
    ]


def _person(who: str, key: str, parent: str, is_first: bool) -> list[Column]:
    return [
        Column(
            f"{key}_first_name",
            f"{who} first name",
            cells.name(80),
            "First name of the parent or carer.",
            "Ann" if is_first else "Ben",
            is_first,
            (f"{parent} first name",),
        ),
        Column(
            f"{key}_last_name",
            f"{who} last name",
            cells.name(80),
            "Last name of the parent or carer.",
            "O’Brien" if is_first else "Osei",
            is_first,
            (f"{parent} last name", f"{who} surname"),
        ),
        Column(
            f"{key}_email",
            f"{who} e-mail",
            cells.email,
            "Their own address: they sign in with it. Never the same for two people. Empty: we phone them.",
            "ann.obrien@example.org" if is_first else "",
            False,
            (f"{parent} email", f"{who} e-mail address"),
        ),
        Column(
            f"{key}_phone",
            f"{who} phone",
            cells.phone,
            "Format the column as text, so that the first 0 stays.",
            "020 7946 0018" if is_first else "07700 900123",
            False,
            (f"{parent} phone", f"{who} telephone", f"{who} mobile", f"{who} phone number"),
        ),
    ]


def _standing(who: str, key: str, is_first: bool) -> list[Column]:
    return [
        Column(
            f"{key}_relationship",
            f"{who} relationship",
            _RELATIONSHIPS,
            "To this child: mother, father, step-parent, grandparent, foster carer, other relative, carer, other.",
            "mother" if is_first else "father",
            is_first,
            (f"{who} relationship to child",),
        ),
        Column(
            f"{key}_responsibility",
            f"{who} parental responsibility",
            cells.yes_no,
            "yes or no. Empty means no for somebody new.",
            "yes",
            False,
            (f"{who} has parental responsibility",),
        ),
    ]


COLUMNS: list[Column] = [
    Column(
        "family_reference",
        "Family reference",
        cells.reference,
        "Your own number for the family, if you have one. The same in every row of the family.",
        "F-1001",
        also=("family ref", "family id"),
    ),
    Column(
        "family_name",
        "Family name",
        cells.line(120),
        "What you call the household. Empty: the last name of guardian 1.",
        "O’Brien",
    ),
    Column(
        "address",
        "Address",
        cells.notes,
        "Where the family lives.",
        "1 Station Road, London SE1 1AA",
        also=("home address",),
    ),
    Column(
        "child_reference",
        "Child reference",
        cells.reference,
        "Your own number for the child, if you have one.",
        "C-2001",
        also=("child ref", "child id"),
    ),
    Column(
        "first_name",
        "Child first name",
        cells.name(80),
        "First name of the child.",
        "Aoife",
        True,
        ("child's first name", "childs first name"),
    ),
    Column(
        "last_name",
        "Child last name",
        cells.name(80),
        "Last name of the child.",
        "O’Brien",
        True,
        ("child's last name", "child surname"),
    ),
    Column(
        "known_as",
        "Known as",
        cells.name(60),
        "What the child is called day to day. Empty: the first name.",
        "Fia",
        also=("preferred name", "nickname"),
    ),
    Column(
        "date_of_birth",
        "Date of birth",
        birthday,
        "Day, month, year, for example 03/05/2016.",
        "03/05/2016",
        True,
        ("dob", "d.o.b.", "birthday", "birth date", "child date of birth"),
    ),
    Column(
        "communication",
        "Communicates by",
        _COMMUNICATION,
        "One of: " + "; ".join(label for _, label in Child.Communication.choices) + ".",
        "Makaton or signing",
    ),
    Column(
        "communication_notes",
        "How the child communicates",
        cells.notes,
        "In your own words.",
        "Signs “more” and “stop”.",
        also=("communication notes", "communication"),
    ),
    Column(
        "access_needs",
        "Access needs",
        cells.notes,
        "For example a wheelchair, hearing aids, large print.",
        "Wears hearing aids.",
    ),
    Column(
        "medical_notes",
        "Allergies and medical notes",
        cells.notes,
        "What staff must know to keep the child safe.",
        "Allergic to peanuts.",
        also=("medical notes", "allergies", "medical"),
    ),
    Column("what_helps", "What helps", cells.notes, "What helps the child to take part.", "A now-and-next board."),
    Column("what_to_avoid", "What to avoid", cells.notes, "What upsets the child.", "Balloons."),
    Column("likes", "Likes", cells.notes, "What the child enjoys.", "Drums and dinosaurs."),
    Column(
        "local_authority",
        "Local authority",
        cells.line(80),
        "Who pays for the short breaks.",
        "Southwark",
        also=("council", "borough"),
    ),
    Column(
        "entitlement_hours",
        "Short-break hours a year",
        cells.hours,
        "A number, for example 40 or 37.5.",
        "40",
        also=("entitlement", "short break hours", "entitlement hours"),
    ),
    *_guardian(1),
    *_guardian(2),
    Column(
        "guardian_2_apart",
        "Guardian 2 lives separately",
        cells.yes_no,
        "yes when guardian 2 has a household of their own: separated parents never see each other’s details.",
        "no",
    ),
]
BY_KEY = {column.key: column for column in COLUMNS}
_BY_HEADING = {fold(word): column for column in COLUMNS for word in (column.heading, *column.also)}
NEEDED = [column for column in COLUMNS if column.needed]


def column_for(heading: str) -> Column | None:
    """The column that a heading names, whatever its case, spaces and hyphens; a star at its end is ours."""
    return _BY_HEADING.get(fold(heading))


def nearest(heading: str) -> str:
    """The heading that a misspelt one probably means, or an empty text."""
    close = get_close_matches(fold(heading), _BY_HEADING, n=1, cutoff=0.6)
    return _BY_HEADING[close[0]].heading if close else ""
