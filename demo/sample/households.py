"""The forty families of the sample charity, as plain facts. All of them are made up."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Way(StrEnum):
    """How a guardian can be reached, where it is not simply by mail."""

    MAIL = "mail"
    PREFERS_PHONE = "prefers_phone"
    NO_ADDRESS = "no_address"
    DEAD_ADDRESS = "dead_address"


@dataclass(frozen=True)
class Adult:
    """A parent or carer."""

    first: str
    last: str
    email: str
    relationship: str = "mother"
    way: Way = Way.MAIL


@dataclass(frozen=True)
class Kid:
    """A child; `talks` is a code of `Child.Communication`."""

    first: str
    born: date
    talks: str = "speech"
    last: str = ""
    known_as: str = ""


@dataclass(frozen=True)
class Household:
    """A family: the name, where they live, the adults and the children."""

    name: str
    borough: str
    adults: tuple[Adult, ...]
    kids: tuple[Kid, ...] = ()


def _mum(first: str, last: str, at: str = "example.com", way: Way = Way.MAIL) -> Adult:
    return Adult(first, last, _address(first, last, at), "mother", way)


def _dad(first: str, last: str, at: str = "example.com", way: Way = Way.MAIL) -> Adult:
    return Adult(first, last, _address(first, last, at), "father", way)


def _address(first: str, last: str, at: str) -> str:
    plain = f"{first}.{last}".lower().translate(_PLAIN)
    return f"{''.join(c for c in plain if c.isascii() and (c.isalnum() or c == '.'))}@{at}"


_PLAIN = str.maketrans("łóéèêëñçáàãâöøüúíïîåäðń", "loeeeencaaaaoouuiiiaadn")


def _kid(first: str, born: str, talks: str = "speech", known_as: str = "") -> Kid:
    return Kid(first, date.fromisoformat(born), talks, known_as=known_as)


HOUSEHOLDS: list[Household] = [
    Household(
        "Whitfield",
        "Lambeth",
        (_mum("Hannah", "Whitfield"),),
        (_kid("Leo", "2017-03-09", "makaton"), _kid("Ruby", "2019-11-21")),
    ),
    # Leo's father: a household of his own, so that neither parent meets the other's address.
    Household("Ellis", "Croydon", (_dad("Mark", "Ellis", "example.org"),)),
    Household(
        "El-Sayed",
        "Southwark",
        (Adult("Fatima", "El-Sayed", "fatima.elsayed@example.net"), _dad("Omar", "El-Sayed", "example.net")),
        (
            _kid("Nour", "2014-06-02", "aac"),
            _kid("Adam", "2016-09-17"),
            _kid("Yusuf", "2020-01-30", "some_words"),
        ),
    ),
    Household("Doyle", "Lewisham", (_mum("Sinéad", "Doyle"),), (_kid("Oisín", "2015-08-12", "pecs"),)),
    # Kept from his son by a court order; he must get nothing at all.
    Household("Doyle (Patrick)", "Bromley", (_dad("Patrick", "Doyle", "example.org"),)),
    Household(
        "Pike",
        "Lambeth",
        (Adult("Doreen", "Pike", "", "grandparent", Way.NO_ADDRESS),),
        (_kid("Kayleigh", "2016-02-29", "some_words", "Kay"),),
    ),
    Household(
        "Llewellyn",
        "Merton",
        (_mum("Siân", "Llewellyn", way=Way.PREFERS_PHONE),),
        (_kid("Gethin", "2013-12-05", "non_verbal"),),
    ),
    Household(
        "O’Hara",
        "Southwark",
        (_mum("Niamh", "O’Hara"), _dad("Declan", "O’Hara")),
        (_kid("Caoimhe", "2018-04-23", "speech", "Keeva"),),
    ),
    Household("D’Souza", "Wandsworth", (_mum("Anita", "D’Souza", "example.org"),), (_kid("Joel", "2015-10-10"),)),
    Household("N’Diaye", "Lambeth", (_mum("Awa", "N’Diaye"),), (_kid("Ibrahima", "2017-07-19", "makaton", "Ibou"),)),
    Household(
        "الحداد", "Southwark", (Adult("ليلى", "الحداد", "layla.alhaddad@example.net"),), (_kid("يوسف", "2016-05-14"),)
    ),
    Household(
        "לוי", "Lambeth", (Adult("נועה", "לוי", "noa.levi@example.org"),), (_kid("איתן", "2018-09-03", "some_words"),)
    ),
    Household("Lefèvre", "Lewisham", (_mum("Chloé", "Lefèvre"),), (_kid("Zoë", "2014-01-27", "bsl"),)),
    Household(
        "Wójcik",
        "Croydon",
        (_mum("Małgorzata", "Wójcik"), _dad("Łukasz", "Wójcik")),
        (_kid("Staś", "2019-02-11"), _kid("Hania", "2016-11-08", "aac")),
    ),
    Household("Núñez", "Southwark", (_mum("Inés", "Núñez", "example.org"),), (_kid("José", "2015-04-04"),)),
    Household("Jónsdóttir", "Greenwich", (_mum("Björk", "Jónsdóttir"),), (_kid("Þór", "2017-12-24"),)),
    Household(
        "Khan",
        "Lambeth",
        (_mum("Saima", "Khan"), _dad("Imran", "Khan")),
        (_kid("Zara", "2016-03-30", "some_words"), _kid("Bilal", "2018-08-08")),
    ),
    Household("Khan", "Lewisham", (_mum("Rukhsana", "Khan", "example.net"),), (_kid("Zara", "2015-07-07", "pecs"),)),
    Household("Smith", "Bromley", (_mum("Kelly", "Smith"),), (_kid("Tyler", "2014-10-16", "makaton"),)),
    Household("Smith", "Lambeth", (_mum("Joanne", "Smith"), _mum("Beth", "Carr")), (_kid("Poppy", "2019-06-25"),)),
    Household(
        "Smith-Adeyemi",
        "Southwark",
        (_mum("Folake", "Smith-Adeyemi"),),
        (_kid("Tobi", "2017-01-13"), _kid("Temi", "2017-01-13", "non_verbal"), _kid("Tayo", "2020-09-09")),
    ),
    Household("Nguyen", "Lewisham", (_mum("Lan", "Nguyen"), _dad("Minh", "Nguyen")), (_kid("Linh", "2016-08-28"),)),
    Household("Papadopoulos", "Croydon", (_mum("Eleni", "Papadopoulos"),), (_kid("Nikos", "2013-05-21", "aac"),)),
    Household("Osei", "Southwark", (_mum("Abena", "Osei"),), (_kid("Kofi", "2018-02-15", "some_words"),)),
    Household(
        "Carver",
        "Greenwich",
        (Adult("Linda", "Carver", "linda.carver@example.org", "foster_carer"),),
        (_kid("Jayden", "2015-11-11"), _kid("Skye", "2017-05-05", "makaton")),
    ),
    Household("Rahman", "Lambeth", (_mum("Nasreen", "Rahman"),), (_kid("Amina", "2019-03-17"),)),
    Household(
        "Taylor",
        "Wandsworth",
        (_mum("Gemma", "Taylor", way=Way.DEAD_ADDRESS),),
        (_kid("Alfie", "2016-12-01", "some_words"),),
    ),
    Household("Brown", "Lewisham", (_mum("Marcia", "Brown"),), (_kid("Jerome", "2014-07-22", "non_verbal"),)),
    Household("Müller", "Merton", (_mum("Katrin", "Müller"), _dad("Jörg", "Müller")), (_kid("Jonas", "2017-10-02"),)),
    Household("Fernández", "Southwark", (_mum("Lucía", "Fernández"),), (_kid("Mateo", "2018-11-29", "pecs"),)),
    Household("Ivanova", "Lambeth", (_mum("Daria", "Ivanova", "example.net"),), (_kid("Misha", "2015-01-19"),)),
    Household("Green", "Croydon", (_dad("Stuart", "Green"),), (_kid("Ella", "2016-04-12", "bsl"),)),
    Household(
        "Mensah",
        "Lambeth",
        (_mum("Grace", "Mensah"),),
        (_kid("Daniel", "2014-09-30", "speech", "Danny"), _kid("Esther", "2016-06-18", "makaton")),
    ),
    Household("Hughes", "Bromley", (_mum("Carys", "Hughes"),), (_kid("Ffion", "2019-08-20", "some_words"),)),
    Household("Da Silva", "Lambeth", (_mum("Júlia", "Da Silva"),), (_kid("João", "2017-02-08"),)),
    Household(
        "Yilmaz", "Greenwich", (_mum("Elif", "Yilmaz"), _dad("Emre", "Yilmaz")), (_kid("Deniz", "2015-06-06", "aac"),)
    ),
    Household("Campbell", "Lewisham", (_mum("Shanice", "Campbell"),), (_kid("Micah", "2018-01-01"),)),
    Household("Roberts", "Southwark", (_dad("Alun", "Roberts"),), (_kid("Megan", "2013-09-14", "non_verbal"),)),
    Household("Sharma", "Merton", (_mum("Kavita", "Sharma"),), (_kid("Rohan", "2016-10-26", "some_words"),)),
    Household("Bennett", "Wandsworth", (_mum("Rachel", "Bennett"),), (_kid("Isla", "2019-12-12", "makaton"),)),
]

# Children's details by turns; what is written is the kind of thing that families really tell.
WHAT_HELPS = [
    "A picture timetable. Ten more seconds to answer. Being told before something ends.",
    "Sitting near the door, with a grown-up close by. Songs with the same words each time.",
    "A fidget toy in the hand. Being asked by name. Choosing between two things.",
    "Headphones when it gets loud. A quiet corner to go to and come back from.",
    "Signing along with the words. Plenty of praise. Knowing who else will be there.",
]
WHAT_TO_AVOID = [
    "Sudden loud noises and balloons.",
    "Being rushed, or two people talking at once.",
    "Bright flashing lights.",
    "Touch without being asked first.",
    "Saying “no” without offering something else.",
]
LIKES = [
    "Trains, bubbles, and anything that spins.",
    "Drums, dinosaurs and being the helper.",
    "Water play, dogs, the Wheels on the Bus.",
    "Dancing, pink, and making people laugh.",
    "Counting, lifts, and knowing what comes next.",
    "Football stickers and silly voices.",
]
ACCESS_NEEDS = [
    "",
    "Uses a wheelchair; needs a table that they can get under.",
    "Wears hearing aids; captions help.",
    "",
    "Needs a screen with few things on it; low vision on the left.",
    "Tires quickly; a break after twenty minutes.",
]
MEDICAL_NOTES = [
    "",
    "Epilepsy. Emergency medicine is with the parent at all times.",
    "Allergic to peanuts. Carries an EpiPen.",
    "",
    "Asthma; blue inhaler in the bag.",
    "",
    "Fed by tube; nothing to eat or drink by mouth.",
]
