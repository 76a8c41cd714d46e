"""What can go wrong between the portal and Zoom, as types.

`str(error)` is a sentence that staff can read. `retryable` says whether trying the same again later,
without anybody changing anything, may help.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FieldProblem:
    """One entry of the `errors` list of Zoom's answer 400 code 300."""

    field: str
    message: str


class ZoomError(Exception):
    """Anything that keeps a call to Zoom from succeeding."""

    retryable = False

    def __init__(self, message: str, *, operation: str = "", status: int = 0, code: int = 0) -> None:
        super().__init__(message)
        self.operation = operation
        self.status = status
        self.code = code


class ZoomNotConfigured(ZoomError):
    """The portal has no Zoom credentials; nothing was sent."""


class ZoomUnavailable(ZoomError):
    """Zoom did not answer, answered 5xx, or with something that is not its API. Nothing has changed there,
    or the call may safely be made again."""

    retryable = True


class ZoomUnclear(ZoomError):
    """A call that must not be repeated blindly (creating a meeting) got no clear answer: it may have worked.

    Look for the meeting by its reference before creating again.
    """

    retryable = True


class ZoomRateLimited(ZoomError):
    """429: nothing was done. Not to be tried again before `retry_at`."""

    retryable = True

    def __init__(self, message: str, *, retry_at: datetime, daily: bool, operation: str = "") -> None:
        super().__init__(message, operation=operation, status=429, code=429)
        self.retry_at = retry_at
        self.daily = daily


class ZoomAuthError(ZoomError):
    """Zoom refuses the portal's credentials, or a token that is new (code 124)."""


class ZoomTokenRefused(ZoomAuthError):
    """Code 124: the token is not, or no longer, valid. The gateway has refreshed once before this is seen."""


class ZoomScopeMissing(ZoomAuthError):
    """Code 4711: the app in Zoom has not been given the scope for this call."""


class ZoomRefused(ZoomError):
    """A 4xx answer with a code that has no type of its own."""


class ZoomValidationError(ZoomRefused):
    """400 code 300: Zoom did not accept the fields named in `fields`."""

    def __init__(self, message: str, *, fields: Sequence[FieldProblem], operation: str = "", status: int = 400) -> None:
        named = "; ".join(f"{problem.field}: {problem.message}" for problem in fields)
        super().__init__(f"{message} ({named})" if named else message, operation=operation, status=status, code=300)
        self.fields = tuple(fields)


class ZoomNotFound(ZoomRefused):
    """404 with one of Zoom's own codes. A 404 page of anything in between is `ZoomUnavailable`."""


class MeetingNotFound(ZoomNotFound):
    """404 code 3001: the meeting does not exist, or no longer."""


class UserNotFound(ZoomNotFound):
    """404 code 1001: the account has no such user."""
