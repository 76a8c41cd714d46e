"""Views that do as little as can be, behind the product's own middleware, and counting a request's queries."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

COUNT = "X-Count-Queries"


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """As little as Django can do."""
    return HttpResponse("Hello")


@csrf_exempt
@login_not_required
def bare_row(request: HttpRequest) -> HttpResponse:
    """As little as a view can do that stores what it got: one row."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (body, at) VALUES (%s, now())", [request.body])
    return HttpResponse()


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
