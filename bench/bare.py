"""A view that does nothing, behind the product's own middleware, and counting a request's queries."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse

COUNT = "X-Count-Queries"


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """As little as Django can do."""
    return HttpResponse("Hello")


class CountQueries:
    """Answers with the number of queries, when a request asks; it costs the others nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if COUNT not in request.headers:
            return self.get_response(request)
        count = 0

        def counting(execute: Any, *args: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*args)

        with connection.execute_wrapper(counting):
            response = self.get_response(request)
        response[COUNT] = str(count)
        return response
