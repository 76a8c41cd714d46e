"""The pictures that a step can have: what each is called, and the words by which staff find it.

They are OpenMoji's (CC BY-SA 4.0), kept under `static/pictures/` as `<key>.svg`; docs/pictures-of-steps.md says where
each came from. A key is stored with the steps, so it is never given to another picture and never taken away.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.templatetags.static import static

CREDIT = "Pictures: OpenMoji, openmoji.org, CC BY-SA 4.0"
KEY_LENGTH = 40


@dataclass(frozen=True)
class Picture:
    """One picture: `word` is read out for it, `finds` are further words that lead to it."""

    key: str
    word: str
    finds: str

    @property
    def file(self) -> str:
        """Where it is among the static files."""
        return f"pictures/{self.key}.svg"

    @property
    def url(self) -> str:
        return static(self.file)


# By what they are about, as the page for choosing shows them.
GROUPS: tuple[tuple[str, tuple[Picture, ...]], ...] = (
    (
        "Coming and going",
        (
            Picture("hello", "Hello", "hello hi welcome greet wave name names"),
            Picture("goodbye", "Goodbye", "goodbye bye leave farewell"),
            Picture("home", "Home", "home house go back"),
            Picture("arrive", "Come in", "arrive arriving door enter come"),
            Picture("name", "My name", "name names badge"),
            Picture("finished", "Finished", "finished finish end over done flag"),
            Picture("ready", "Ready", "ready good yes thumb"),
            Picture("next", "Next", "next then after arrow"),
            Picture("start", "Start", "start begin go"),
            Picture("stop", "Stop", "stop halt freeze statues"),
            Picture("wait", "Wait", "wait waiting pause sand timer hourglass"),
            Picture("surprise", "Surprise", "surprise present gift box"),
        ),
    ),
    (
        "Taking part",
        (
            Picture("my-turn", "My turn", "turn me hand lead leading"),
            Picture("your-turn", "Your turn", "turn"),
            Picture("choose", "Choose", "choose choosing choice pick point"),
            Picture("listen", "Listen", "listen listening hear ear sounds"),
            Picture("look", "Look", "look looking watch see eyes"),
            Picture("talk", "Talk", "talk talking say speak chat tell tells week"),
            Picture("think", "Think", "think thinking guess guessing idea wonder"),
            Picture("question", "Question", "question questions quiz"),
            Picture("clap", "Clap", "clap clapping applause beat"),
            Picture("copy", "Copy me", "copy copying same imitate mirror"),
            Picture("together", "Together", "together group family everyone everybody join"),
            Picture("friends", "Friends", "friends friend partner pairs pair"),
            Picture("share", "Share", "share sharing give"),
            Picture("touch", "Touch", "touch feel hand"),
            Picture("smell", "Smell", "smell smelling nose scent"),
            Picture("taste", "Taste", "taste tasting tongue lick"),
            Picture("quiet", "Quiet", "quiet silent soft hush shush whisper"),
            Picture("loud", "Loud", "loud louder noise noisy volume"),
            Picture("sign", "Sign", "sign signs signing makaton bsl hands"),
            Picture("help", "Help", "help helping support"),
            Picture("thank-you", "Thank you", "thank thanks please"),
            Picture("well-done", "Well done", "well done star great praise reward"),
        ),
    ),
    (
        "Music and dance",
        (
            Picture("song", "Song", "song songs tune music notes"),
            Picture("music", "Music", "music musical band playing"),
            Picture("sing", "Sing", "sing singing singer voice microphone karaoke"),
            Picture("drum", "Drums", "drum drums drumming rhythm"),
            Picture("hand-drum", "Hand drum", "djembe bongo tap"),
            Picture("shaker", "Shakers", "shaker shakers shake maraca maracas rattle"),
            Picture("guitar", "Guitar", "guitar strum instrument instruments"),
            Picture("piano", "Piano", "piano keyboard keys instrument"),
            Picture("trumpet", "Trumpet", "trumpet blow brass instrument"),
            Picture("violin", "Violin", "violin fiddle strings instrument"),
            Picture("flute", "Flute", "flute recorder whistle pipe instrument"),
            Picture("bell", "Bells", "bell bells ring chime"),
            Picture("radio", "Play music", "radio play recording record tape"),
            Picture("headphones", "Headphones", "headphones ear defenders"),
            Picture("dance", "Dance", "dance dancing"),
        ),
    ),
    (
        "Moving",
        (
            Picture("move", "Move", "move moving run running"),
            Picture("walk", "Walk", "walk walking march marching steps"),
            Picture("jump", "Jump", "jump jumping hop bounce bouncing kangaroo"),
            Picture("stretch", "Stretch", "stretch stretching exercise roll cartwheel warm up"),
            Picture("sit", "Sit down", "sit sitting chair seat"),
            Picture("stand", "Stand up", "stand standing"),
            Picture("wheelchair", "Wheelchair", "wheelchair wheels"),
            Picture("swim", "Swim", "swim swimming pool water"),
            Picture("ball", "Ball", "ball balls throw catch kick football"),
            Picture("parachute", "Parachute", "parachute"),
            Picture("juggle", "Juggle", "juggle juggling circus tricks scarves"),
            Picture("fast", "Fast", "fast quick quickly hurry rabbit"),
            Picture("slow", "Slow", "slow slowly tortoise turtle"),
        ),
    ),
    (
        "Playing and making",
        (
            Picture("play", "Play", "play playing toys toy teddy bear"),
            Picture("game", "Game", "game games dice board"),
            Picture("puzzle", "Puzzle", "puzzle jigsaw"),
            Picture("bubbles", "Bubbles", "bubbles bubble blow foam"),
            Picture("balloon", "Balloon", "balloon balloons"),
            Picture("paint", "Paint", "paint painting art colours"),
            Picture("draw", "Draw", "draw drawing crayon colour pencil pen"),
            Picture("cut", "Cut", "cut cutting scissors paper"),
            Picture("make", "Make", "make making craft crafts wool knit"),
            Picture("blocks", "Build", "build building blocks bricks"),
            Picture("scarf", "Scarf", "scarf scarves ribbon wave cloth"),
            Picture("story", "Story", "story stories book books read reading"),
            Picture("show", "Show", "show theatre stage act acting perform drama"),
            Picture("puppet", "Puppet", "puppet puppets sock"),
            Picture("clown", "Clown", "clown circus funny silly"),
            Picture("magic", "Magic", "magic wand trick tricks"),
            Picture("party", "Party", "party celebrate celebration"),
            Picture("water", "Water", "water drop wet splash"),
            Picture("rain", "Rain", "rain raining rainy"),
            Picture("thunder", "Storm", "storm thunder lightning stormy"),
            Picture("wind", "Wind", "wind blow blowing breath breathe air"),
            Picture("sun", "Sun", "sun sunny sunshine light warm weather"),
            Picture("moon", "Moon", "moon night dark sleepy"),
            Picture("rainbow", "Rainbow", "rainbow colours"),
            Picture("light", "Light", "light lights lamp"),
            Picture("torch", "Torch", "torch flashlight dark"),
            Picture("sensory", "Sensory", "sensory sparkle tables explore"),
            Picture("garden", "Garden", "garden flower flowers outside outdoors"),
            Picture("plant", "Plant", "plant plants seed grow growing"),
            Picture("animals", "Animals", "animal animals pets paws"),
            Picture("dog", "Dog", "dog dogs puppy"),
            Picture("cat", "Cat", "cat cats kitten"),
            Picture("horse", "Horse", "horse pony riding"),
            Picture("fish", "Fish", "fish sea under swim"),
            Picture("train", "Train", "train trains engine"),
            Picture("bus", "Bus", "bus buses wheels"),
            Picture("car", "Car", "car cars drive"),
        ),
    ),
    (
        "Body and feelings",
        (
            Picture("toilet", "Toilet", "toilet loo wee change bathroom"),
            Picture("wash-hands", "Wash hands", "wash washing hands soap clean"),
            Picture("snack", "Snack", "snack fruit apple eat food break"),
            Picture("cake", "Cake", "cake tea birthday"),
            Picture("biscuit", "Biscuit", "biscuit biscuits cookie"),
            Picture("lunch", "Meal", "meal lunch dinner eat eating plate food"),
            Picture("drink", "Drink", "drink drinks cup straw juice thirsty"),
            Picture("hot-drink", "Hot drink", "hot drink tea coffee"),
            Picture("cook", "Cook", "cook cooking bake baking bowl kitchen"),
            Picture("rest", "Rest", "rest resting break sofa"),
            Picture("sleep", "Sleep", "sleep sleepy nap tired"),
            Picture("calm", "Calm", "calm relax relaxing breathe breathing"),
            Picture("happy", "Happy", "happy smile feelings"),
            Picture("sad", "Sad", "sad cry feelings"),
            Picture("worried", "Worried", "worried scared anxious feelings"),
            Picture("feelings", "Feelings", "feelings feeling heart love"),
            Picture("coat", "Coat", "coat coats jacket clothes"),
        ),
    ),
    (
        "Screen",
        (
            Picture("computer", "Computer", "computer laptop zoom online screen"),
            Picture("camera", "Camera", "camera photo picture photos"),
            Picture("watch-film", "Watch", "watch television tv film screen"),
            Picture("microphone-off", "Sound off", "mute muted silence"),
        ),
    ),
)

PICTURES: dict[str, Picture] = {picture.key: picture for _title, group in GROUPS for picture in group}


def refuse_unknown(key: str) -> None:
    """Raise ValidationError for a key that no picture has."""
    if key not in PICTURES:
        raise ValidationError("There is no such picture: choose one of those offered.")
