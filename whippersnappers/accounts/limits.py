"""How often somebody may try: counted in Postgres, per account and per address.

Each counter is one row that holds the moment at which all tries so far have drained away. A try adds
its share of the period to that moment, unless it would then lie further off than the whole period. This is one
statement under the row's lock, so two tries at once cannot both take the last place, and Redis plays no part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from math import ceil
from typing import Any

import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from whippersnappers.accounts.addresses import client_address, network_of
from whippersnappers.accounts.models import RateCounter

log = structlog.get_logger(__name__)

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Limit:
    """At most so many tries at once per account and per address; they come back evenly over `period`."""

    name: str
    per_account: int
    per_address: int
    period: timedelta = timedelta(minutes=15)


# A household, a school or our own office shares one address, so those counts are generous.
SIGN_IN = Limit("sign in", per_account=10, per_address=50)
CODE_REQUEST = Limit("ask for a code", per_account=5, per_address=50)
CODE_ENTRY = Limit("enter a code", per_account=10, per_address=100)
SECOND_FACTOR = Limit("second factor", per_account=10, per_address=100)
PASSWORD_RESET = Limit("reset a password", per_account=5, per_address=30, period=timedelta(hours=1))

_TAKE = """
    INSERT INTO accounts_ratecounter (key, clear_at) VALUES (%(key)s, %(now)s + %(share)s)
    ON CONFLICT (key) DO UPDATE
    SET clear_at = GREATEST(accounts_ratecounter.clear_at, %(now)s) + %(share)s
    WHERE GREATEST(accounts_ratecounter.clear_at, %(now)s) + %(share)s <= %(now)s + %(period)s
    RETURNING clear_at
"""
_GIVE_BACK = "UPDATE accounts_ratecounter SET clear_at = clear_at - %(share)s WHERE key = %(key)s"


@dataclass(frozen=True)
class Counter:
    """One row: tries of one kind by one account or from one address."""

    key: str
    times: int
    period: timedelta

    @property
    def _share(self) -> timedelta:
        return self.period / self.times

    def take(self, now: datetime) -> timedelta | None:
        """Count one try; None when it is allowed, otherwise how long to wait for the next."""
        values: dict[str, Any] = {"key": self.key, "now": now, "share": self._share, "period": self.period}
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, values)
            if cursor.fetchone():
                return None
        clear_at = RateCounter.objects.values_list("clear_at", flat=True).filter(key=self.key).first() or now
        return max(clear_at + self._share - now - self.period, timedelta(seconds=1))

    def give_back(self) -> None:
        """The try was a good one: it does not count."""
        with connection.cursor() as cursor:
            values: dict[str, Any] = {"key": self.key, "share": self._share}
            cursor.execute(_GIVE_BACK, values)


def account_counter(limit: Limit, account: str) -> Counter:
    """The counter of an account, known by its id or by the address typed; neither is stored in clear."""
    return Counter(_key(limit, "account", account.strip().lower()), limit.per_account, limit.period)


def address_counter(limit: Limit, address: str) -> Counter:
    """The counter of a client address; IPv6 counts by /64."""
    return Counter(_key(limit, "address", network_of(address)), limit.per_address, limit.period)


def _key(limit: Limit, what: str, value: str) -> str:
    return salted_hmac(f"{limit.name}:{what}", value, algorithm="sha256").hexdigest()


def forget_old_counters(now: datetime) -> int:
    """Delete counters that have drained; returns how many."""
    return RateCounter.objects.filter(clear_at__lt=now).delete()[0]


def limited(
    limit: Limit | Callable[[HttpRequest], Limit],
    account: Callable[[HttpRequest], str],
    worked: Callable[[HttpRequest, HttpResponseBase], bool] = lambda request, response: False,
) -> Callable[[View], View]:
    """Decorate a view so that POSTs beyond the limit get a kind page and status 429.

    `account` names whose account is tried ("" if none); tries after which `worked` says yes do not count
    against the account. The address is asked first: who is stopped there cannot lock others' accounts.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def limited_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method != "POST":
                return view(request, *args, **kwargs)
            rule = limit if isinstance(limit, Limit) else limit(request)
            now = timezone.now()
            name = account(request)
            own = account_counter(rule, name) if name else None
            wait = address_counter(rule, client_address(request)).take(now)
            if wait is None and own is not None:
                wait = own.take(now)
            if wait is not None:
                log.warning("too_many_tries", limit=rule.name)
                return too_many(request, wait)
            response = view(request, *args, **kwargs)
            if own is not None and worked(request, response):
                own.give_back()
            return response

        return limited_view

    return decorate


def too_many(request: HttpRequest, wait: timedelta) -> HttpResponse:
    """The page for somebody who has to wait; says for how long."""
    context = {"minutes": max(1, ceil(wait.total_seconds() / 60))}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(ceil(wait.total_seconds()))
    return response
