"""Does a text ask families for a password or for login details? Such a text is refused (clause N1)."""

import re
import unicodedata

from django.core.exceptions import ValidationError

from whippersnappers.policy import Clause

_SECRETS = re.compile(
    r"""\b(
        pass[\s-]?words? | pass[\s-]?phrases? | (?-i:PIN)s? | pin\s+(?:number|code)s? |
        # The meeting's own passcode stands in every invitation; asking for the reader's is another thing.
        your\s+(?:\w+\s+)?pass[\s-]?codes? |
        (?:log|sign)[\s-]?(?:in|on)s?\s+(?:details?|name|data|information|info|credentials?|code) |
        log-?ins? | user[\s-]?names? | credentials? | memorable\s+(?:word|information) |
        (?:security|one[\s-]?time|verification|confirmation|access)\s+codes? |
        (?:bank|account|card)\s+(?:details?|number)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_REQUESTS = re.compile(
    r"""\b(
        send | e-?mail | text | tell | give | share | provide | supply | forward | post | reply | whats?app |
        confirm | submit | write | note | read\s+out | show | hand | bring | let\s+(?:me|us|\w+)\s+(?:know|have) |
        need | needs | require | want | ask(?:\s+you)?\s+for | have\s+(?:your|the|a) |
        what(?:['’]?s|\s+is|\s+are) | which\s+is | fill\s+in
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
# "We will never ask for your password", "you do not need a login": but not "don't forget to send …".
_NEGATED = re.compile(
    r"\b(?:never|not|cannot|no\s+one|nobody|\w+n['’]t|without|no\s+need\s+to|rather\s+than)\b"
    r"(?!\s+(?:forget|worry|hesitate|wait|delay))(?:\s+\w+){0,3}\s*$",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(r"\b(?:no|without(?:\s+an?y?)?)\s*$", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def asks_for_secret(text: str) -> str:
    """The first sentence that asks the reader for a password or login details; empty if none does.

    Works on words, sentence by sentence, so it can be fooled by effort; it is there against habit and
    haste. "Log in to Zoom" and "we never ask for your password" are fine.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    for sentence in re.split(r"(?<=[.!?;])\s+|\n+", plain):
        if _asks(sentence):
            return sentence.strip()
    return ""


def refuse_secret_requests(text: str) -> None:
    """Raise ValidationError when a text for families asks for a password or login details (N1).

    The validator of every model and form field that families read.
    """
    sentence = asks_for_secret(text)
    if sentence:
        raise ValidationError(
            f"We never ask families for passwords or login details ({Clause.N1}). Change this: “{sentence}”",
            code=Clause.N1,
        )


def refuse_reason(reason: str) -> None:
    """The same for why something is called off; the complaint is keyed by `reason`."""
    try:
        refuse_secret_requests(reason)
    except ValidationError as refusal:
        raise ValidationError({"reason": refusal.messages}) from refusal


def _asks(sentence: str) -> bool:
    for secret in _SECRETS.finditer(sentence):
        if _NO_SECRET.search(sentence[: secret.start()]):
            continue
        requests = [r for r in _REQUESTS.finditer(sentence) if not _overlaps(r, secret)]
        if any(not _NEGATED.search(sentence[: request.start()]) for request in requests):
            return True
    return False


def _overlaps(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()
