"""Who works at the sample charity, and whom a visitor of the demo can be."""

from dataclasses import dataclass, field

from whippersnappers.accounts.roles import Role

# Staff may also try the real sign-in page; this password opens nothing but the demo.
STAFF_PASSWORD = "wooden spoons make good drums"


@dataclass(frozen=True)
class Member:
    """A member of staff. `dbs_days` and `training_days` count from the day the charity is made."""

    name: str
    roles: tuple[Role, ...]
    delivers: bool = True
    dbs_days: int = 500
    training_days: int = 300

    @property
    def first_name(self) -> str:
        """What families read."""
        return self.name.split()[0]

    @property
    def email(self) -> str:
        """The address at the charity."""
        plain = self.first_name.lower().replace("ś", "s").replace("é", "e")
        return f"{plain}@whippersnappers.org"


STAFF = [
    Member("Cora Okafor", (Role.COORDINATOR,), delivers=False),
    Member("Ada Marsh", (Role.ADMINISTRATOR,), delivers=False),
    Member("Tariq Shah", (Role.TRUSTEE,), delivers=False),
    Member("Lena Frost", (Role.LEAD,)),
    Member("Dev Patel", (Role.DEPUTY,), dbs_days=200),
    Member("Maya Lind", (Role.PRACTITIONER,)),
    Member("Tom Brennan", (Role.PRACTITIONER,), dbs_days=700),
    Member("Aisha Bello", (Role.PRACTITIONER,)),
    Member("Rhys Morgan", (Role.PRACTITIONER,), training_days=150),
    Member("Zofia Kowalska", (Role.PRACTITIONER,)),
    Member("Priya Nair", (Role.PRACTITIONER,), dbs_days=365),
    Member("Jonah Clarke", (Role.PRACTITIONER,)),
    # Her DBS ran out three weeks ago, and nobody has noticed yet.
    Member("Sam O’Neill", (Role.PRACTITIONER,), dbs_days=-21),
]

ZOOM_HOSTS = [
    ("Zoom room 1", "zoom1@whippersnappers.org"),
    ("Zoom room 2", "zoom2@whippersnappers.org"),
    ("Zoom room 3", "zoom3@whippersnappers.org"),
]


@dataclass(frozen=True)
class Persona:
    """Somebody a visitor can be with one press."""

    key: str
    name: str
    email: str
    title: str
    look_at: str
    is_guardian: bool = field(default=False)


_ALL = [
    Persona(
        "coordinator",
        "Cora Okafor",
        "cora@whippersnappers.org",
        "Coordinator",
        "Plans sessions and invites families. Start here: open tomorrow’s draft and confirm it.",
    ),
    Persona(
        "practitioner",
        "Maya Lind",
        "maya@whippersnappers.org",
        "Practitioner",
        "Leads tomorrow’s session. Sees only her own sessions and the children in them.",
    ),
    Persona(
        "second_practitioner",
        "Tom Brennan",
        "tom@whippersnappers.org",
        "Practitioner",
        "Free tomorrow. Look at how little he sees of sessions that are not his own with Maya.",
    ),
    Persona(
        "lead",
        "Lena Frost",
        "lena@whippersnappers.org",
        "Safeguarding Lead",
        "Delivers sessions too, and is who every concern goes to.",
    ),
    Persona(
        "deputy",
        "Dev Patel",
        "dev@whippersnappers.org",
        "Deputy Safeguarding Lead",
        "Stands in for the Lead.",
    ),
    Persona(
        "trustee",
        "Tariq Shah",
        "tariq@whippersnappers.org",
        "Trustee",
        "Oversees the charity. Sees no family and no child.",
    ),
    Persona(
        "administrator",
        "Ada Marsh",
        "ada@whippersnappers.org",
        "Administrator",
        "Looks after accounts, Zoom rooms and the audit trail, and sees no family.",
    ),
    Persona(
        "guardian",
        "Hannah Whitfield",
        "hannah.whitfield@example.com",
        "Mum of Leo and Ruby",
        "Gets her own mails and her own way into each session.",
        is_guardian=True,
    ),
    Persona(
        "separated_guardian",
        "Mark Ellis",
        "mark.ellis@example.org",
        "Leo’s dad, lives elsewhere",
        "Is invited for Leo, in mails of his own. A court order keeps all about Ruby from him.",
        is_guardian=True,
    ),
    Persona(
        "other_guardian",
        "Fatima El-Sayed",
        "fatima.elsayed@example.net",
        "Mum of Nour, Adam and Yusuf",
        "Another family: sees nothing of the Whitfields.",
        is_guardian=True,
    ),
]

PERSONAS: dict[str, Persona] = {persona.key: persona for persona in _ALL}
