"""What the sample charity offers week by week, in the words that its families read."""

from dataclasses import dataclass
from datetime import time

from sessions_app.picture_hints import suggest


@dataclass(frozen=True)
class Offer:
    """One thing that happens every week. `weekday` counts from Monday, 0; `variants` are its titles by turns."""

    key: str
    weekday: int
    starts: time
    minutes: int
    kind: str
    staff: tuple[str, ...]
    places: int
    variants: tuple[str, ...]
    summary: str
    steps: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, bool, str], ...] = ()
    place: str = ""
    group: str = ""
    every: int = 1  # weeks

    @property
    def pictured_steps(self) -> tuple[tuple[str, str, str], ...]:
        """The steps with a picture each, the one that staff are offered for the name."""
        return tuple((title, detail, suggest(title)) for title, detail in self.steps)


PLACES = [
    (
        "Brockwell Hall",
        "12 Norwood Road\nLondon SE24 9AA",
        "Step-free from the car park. The accessible toilet is by the front door. Ring the bell with the drum on it.",
    ),
    (
        "The Garden Room, Peckham",
        "40 Copeland Road\nLondon SE15 3SN",
        "Through the green gate. Two spaces for Blue Badge holders in front of the house.",
    ),
]

GROUPS = {
    "Drummers": ("Leo", "Nour", "Kay", "Gethin", "Alfie", "Keeva", "يوسف", "Oisín", "Joel", "Kofi"),
    "Sensory explorers": ("Ruby", "Temi", "Jerome", "Staś", "Amina", "Ffion"),
    "Sign and sing": ("Leo", "Ibou", "Tyler", "Esther", "Skye", "Isla", "Zoë", "Ella"),
    "Saturday crowd": (),  # everybody; filled when it is made
}

OFFERS = [
    Offer(
        "drums",
        0,
        time(16, 0),
        45,
        "small_group",
        ("Maya", "Rhys"),
        12,
        ("Drums and songs", "Drums and songs: loud and quiet", "Drums and songs: fast and slow"),
        "We make rhythms together with things from the kitchen, and sing songs that everybody knows.",
        (
            ("Hello song", "We say hello to each child by name."),
            ("Copy the beat", "Maya plays a beat and we play it back."),
            ("Your turn", "Each child leads the band for a moment, if they like."),
            ("Goodbye song", "We wind down and wave."),
        ),
        (("A pan and a wooden spoon", True, "to drum on"), ("A scarf or a tea towel", False, "to wave in the songs")),
        group="Drummers",
    ),
    Offer(
        "sensory",
        1,
        time(10, 30),
        60,
        "small_group",
        ("Aisha", "Zofia"),
        8,
        ("Sensory play", "Sensory play: water", "Sensory play: light and dark"),
        "Touch, look, listen and smell, at your child’s own pace. Brothers and sisters are welcome.",
        (
            ("Arriving", "Coats off, a look around, no hurry."),
            ("The five tables", "Water, sand, lights, bells and something to smell."),
            ("Parachute", "We sit under the parachute together."),
        ),
        (("Clothes that may get wet", True, ""), ("A towel", True, "")),
        place="Brockwell Hall",
        group="Sensory explorers",
    ),
    Offer(
        "story",
        1,
        time(16, 30),
        30,
        "one_to_one",
        ("Priya", "Jonah"),
        1,
        ("Story time", "Story time: The Bear in the Lift", "Story time: A Day at the Pool"),
        "A story with pictures, sounds and signs, told for one child.",
        (
            ("Hello", ""),
            ("The story", "With pictures on the screen."),
            ("Your child tells it back", "In their own way."),
        ),
    ),
    Offer(
        "music",
        2,
        time(15, 30),
        30,
        "one_to_one",
        ("Tom", "Lena"),
        1,
        ("Music for one",),
        "Half an hour with instruments, following what your child enjoys.",
        (("Choosing", "Your child chooses the instruments."), ("Playing together", "")),
        place="The Garden Room, Peckham",
    ),
    Offer(
        "sign",
        3,
        time(16, 0),
        45,
        "small_group",
        ("Dev", "Aisha"),
        10,
        ("Sign and sing", "Sign and sing: food", "Sign and sing: animals"),
        "Songs with Makaton signs. Grown-ups learn along.",
        (
            ("Hello song with names", "We sign our names."),
            ("Five new signs", "Slowly, three times each."),
            ("Songs", "We use the new signs in songs that you know."),
        ),
        group="Sign and sing",
    ),
    Offer(
        "games",
        4,
        time(17, 0),
        30,
        "one_to_one",
        ("Zofia", "Rhys"),
        1,
        ("Games and a chat",),
        "Guessing games, silly questions and a chat about the week.",
        (("How was your week?", ""), ("Two games", "Your child chooses.")),
        (("Paper and a thick pen", False, ""),),
    ),
    Offer(
        "show",
        5,
        time(10, 30),
        60,
        "group_entertainment",
        ("Tom", "Priya", "Jonah"),
        60,
        ("Saturday show: the lost drum", "Saturday show: the kitchen orchestra", "Saturday show: under the sea"),
        "A show with music and puppets to watch from home. At the end everybody may say hello.",
        (
            ("The show", "Sit back and watch. Your camera stays off."),
            ("Join in", "Two songs to play along with."),
            ("Hello to everyone", "The recording has stopped. Turn on your camera if you like."),
        ),
        (("Something that shakes", False, "a jar with rice, keys, a maraca"),),
        group="Saturday crowd",
    ),
    Offer(
        "afternoon",
        6,
        time(14, 0),
        90,
        "group_entertainment",
        ("Lena", "Dev"),
        40,
        ("Family music afternoon",),
        "Music for the whole family, with a quiet room next door.",
        (("Open stage", "Anybody may play."), ("Tea and cake", ""), ("The big band", "All of us at once.")),
        place="Brockwell Hall",
        group="Saturday crowd",
        every=2,
    ),
]

# Tomorrow's draft: Maya leads, her second person is still missing, and nobody has said yet what to bring.
TOMORROW = Offer(
    "tomorrow",
    0,
    time(16, 0),
    45,
    "small_group",
    ("Maya",),
    12,
    ("Drums and songs: rain and thunder",),
    "We make a storm with pots and pans, from the first drop to the last rumble. Then the sun comes out.",
    (
        ("Hello song", "We say hello to each child by name."),
        ("The storm", "From tapping fingers to big drums, and back again."),
        ("Your turn", "Each child may be the thunder."),
        ("Goodbye song", "The sun comes out and we wave."),
    ),
    group="Drummers",
)

# A session that is about to begin when the demo is started for the first time.
SOON = Offer(
    "soon",
    0,
    time(0, 0),
    60,
    "one_to_one",
    ("Maya", "Tom"),
    1,
    ("Story time: The Dog Who Liked Trains",),
    "A story with pictures, sounds and signs, told for one child.",
    (("Hello", ""), ("The story", "With pictures on the screen."), ("Trains", "We make the sounds together.")),
)
