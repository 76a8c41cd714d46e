"""The users of the account, as the portal's check of its hosts reads them."""

from demo.zoom.calls import Answer, Call, user_of


def user(call: Call) -> Answer:
    """GET /users/{userId}."""
    return Answer(200, {key: value for key, value in user_of(call).items() if key != "settings"})


def user_settings(call: Call) -> Answer:
    """GET /users/{userId}/settings."""
    return Answer(200, user_of(call)["settings"])
