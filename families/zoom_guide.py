"""How to get Zoom ready, step by step: our own words and drawings, for each kind of device (F1)."""

from dataclasses import dataclass

from families.models import HelpRequest

Device = HelpRequest.Device


@dataclass(frozen=True)
class Place:
    """Where Zoom can be had: what the link says, and its address."""

    word: str
    address: str


@dataclass(frozen=True)
class Step:
    """One thing to do. `scene` names a drawing of `static/img/zoom.svg`, which is shown on the device."""

    title: str
    words: str
    scene: str
    places: tuple[Place, ...] = ()


_NO_ACCOUNT = Step(
    "You need no account",
    "Zoom may ask you to sign up. You do not have to. Just close it again.",
    "app",
)
_NAME = Step(
    "Say who you are",
    "Zoom may ask for a name. Write your own first name, or your child’s. Then we know who waits.",
    "name",
)
_ALLOW = Step(
    "Say yes to camera and microphone",
    "Zoom asks if it may use them. Press “Allow” or “OK”. You can turn them off again at any time.",
    "allow",
)
_WAIT = Step(
    "Wait for us",
    "You come into a waiting room first. We let you in. That can take a minute.",
    "wait",
)
_HELLO = Step(
    "Hello!",
    "In big group sessions your camera stays off until the end. We tell you when it is time to wave.",
    "hello",
)


def _come(device: str) -> Step:
    words = f"On the day, open our e-mail on this {device}. Press the button in it. Then press “Join in Zoom”."
    return Step("Come in by our e-mail", words, "mail")


def _stand(device: str) -> Step:
    words = f"Put the {device} where it cannot fall. Plug it in. Look at what is behind you: can all of it be seen?"
    return Step("Find a good place", words, "stand")


_SOUND = Step(
    "Turn on the sound",
    "If you hear nothing, press “Join audio”. Then choose the internet, not a call. Turn the volume up.",
    "sound",
)
_COMPUTER_SOUND = Step(
    "Turn on the sound",
    "Press “Join with computer audio”. Turn the volume up. Headphones help if there is an echo.",
    "sound",
)
_BROWSER = Step(
    "Or go without",
    "You cannot put Zoom on this computer? Then look for “Join from your browser” when the Zoom page opens.",
    "browser",
)


_APP_STORE = "https://apps.apple.com/app/id546505307"
_PLAY_STORE = "https://play.google.com/store/apps/details?id=us.zoom.videomeetings"
_DOWNLOAD = "https://zoom.us/download"


def _get(words: str, *places: Place) -> Step:
    return Step("Get Zoom", f"{words} It is free.", "get", places)


def _from_store(apple: str, others: str) -> Step:
    return _get(
        f"On an {apple}, open the App Store. On other {others}, open the Play Store. Look for “Zoom Workplace”.",
        Place(f"App Store, for an {apple}", _APP_STORE),
        Place(f"Play Store, for other {others}", _PLAY_STORE),
    )


def _guide(device: str, getting: list[Step], sound: Step) -> list[Step]:
    return [*getting, _NO_ACCOUNT, _stand(device), _come(device), _NAME, _ALLOW, sound, _WAIT, _HELLO]


GUIDES: dict[str, list[Step]] = {
    Device.PHONE: _guide("phone", [_from_store("iPhone", "phones")], _SOUND),
    Device.TABLET: _guide("tablet", [_from_store("iPad", "tablets")], _SOUND),
    Device.COMPUTER: _guide(
        "computer",
        [
            _get(
                "Go to zoom.us/download. Press “Download”, then open the file.",
                Place("Open zoom.us/download", _DOWNLOAD),
            ),
            _BROWSER,
        ],
        _COMPUTER_SOUND,
    ),
}
