"""How to get Zoom ready, step by step: our own words and drawings, for each kind of device (F1)."""

from dataclasses import dataclass

from families.models import HelpRequest

Device = HelpRequest.Device


@dataclass(frozen=True)
class Step:
    """One thing to do. `scene` names a drawing of `static/img/zoom.svg`, which is shown on the device."""

    title: str
    words: str
    scene: str


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


_SOUND_HERE = Step(
    "Turn on the sound",
    "If you hear nothing, press “Join audio”. Then choose the internet, not a call. Turn the volume up.",
    "sound",
)

GUIDES: dict[str, list[Step]] = {
    Device.PHONE: [
        Step(
            "Get Zoom",
            "On an iPhone, open the App Store. On other phones, open the Play Store. Look for “Zoom Workplace”. It is free.",
            "get",
        ),
        _NO_ACCOUNT,
        _stand("phone"),
        _come("phone"),
        _NAME,
        _ALLOW,
        _SOUND_HERE,
        _WAIT,
        _HELLO,
    ],
    Device.TABLET: [
        Step(
            "Get Zoom",
            "On an iPad, open the App Store. On other tablets, open the Play Store. Look for “Zoom Workplace”. It is free.",
            "get",
        ),
        _NO_ACCOUNT,
        _stand("tablet"),
        _come("tablet"),
        _NAME,
        _ALLOW,
        _SOUND_HERE,
        _WAIT,
        _HELLO,
    ],
    Device.COMPUTER: [
        Step(
            "Get Zoom",
            "Go to zoom.us/download. Press “Download”, then open the file. It is free.",
            "get",
        ),
        Step(
            "Or go without",
            "You cannot put Zoom on this computer? Then look for “Join from your browser” when the Zoom page opens.",
            "browser",
        ),
        _NO_ACCOUNT,
        _stand("computer"),
        _come("computer"),
        _NAME,
        _ALLOW,
        Step(
            "Turn on the sound",
            "Press “Join with computer audio”. Turn the volume up. Headphones help if there is an echo.",
            "sound",
        ),
        _WAIT,
        _HELLO,
    ],
}
