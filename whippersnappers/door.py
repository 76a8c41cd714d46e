"""The public door: the one page that everybody may see."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """Who we are, and the ways in for families and staff."""
    return render(request, "door.html")
