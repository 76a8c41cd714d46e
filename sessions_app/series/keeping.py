"""A plan, and what it would do, as JSON: for work on a long series that goes on after the page is gone."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.core import serializers
from django.core.exceptions import ValidationError

from families.models import Child
from sessions_app.models import Series, Skill
from sessions_app.series.plans import Line, Outcome, Plan
from sessions_app.series.rehearsing import Rehearsal


def kept_plan(plan: Plan) -> dict[str, Any]:
    """The plan, not stored in the series' own rows yet, as JSON."""
    return {
        "series": serializers.serialize("json", [plan.series]),
        "steps": plan.steps,
        "items": plan.items,
        "skills": sorted(str(pk) for pk in plan.skills),
        "staff": {str(pk): role for pk, role in plan.staff.items()},
        "children": [str(child.pk) for child in plan.children],
        "days": [str(day) for day in plan.days],
        "skipped": {str(day): why for day, why in plan.skipped.items()},
    }


def plan_from(kept: dict[str, Any]) -> Plan:
    """The plan that was kept; children and skills that were erased meanwhile are not in it."""
    series = next(serializers.deserialize("json", kept["series"])).object
    assert isinstance(series, Series)
    series._state.adding = False
    children = Child.objects.in_bulk([UUID(pk) for pk in kept["children"]])
    return Plan(
        series=series,
        steps=tuple((title, detail, picture) for title, detail, picture in kept["steps"]),
        items=tuple((name, needed, note) for name, needed, note in kept["items"]),
        skills=frozenset(Skill.objects.filter(pk__in=kept["skills"]).values_list("pk", flat=True)),
        staff={UUID(pk): role for pk, role in kept["staff"].items()},
        children=tuple(children[UUID(pk)] for pk in kept["children"] if UUID(pk) in children),
        days=tuple(date.fromisoformat(day) for day in kept["days"]),
        skipped={date.fromisoformat(day): why for day, why in kept["skipped"].items()},
    )


def kept_rehearsal(rehearsal: Rehearsal) -> str:
    """What a change would do, or did, as JSON; the sessions themselves are left out."""
    lines = [
        {"day": str(line.day), "what": line.what, "said": [*line.said], "trouble": [*line.trouble]}
        for line in rehearsal.outcome.lines
    ]
    told = {"mailed": rehearsal.mailed, "called": rehearsal.called, "staff": rehearsal.staff}
    return json.dumps({"lines": lines, **told})


def rehearsal_from(kept: str, series: Series) -> Rehearsal:
    """What was kept of a change of this series."""
    found = json.loads(kept)
    lines = tuple(Line(**line | {"day": date.fromisoformat(line["day"])}) for line in found["lines"])
    told = {name: tuple(found[name]) for name in ("mailed", "called", "staff")}
    return Rehearsal(Outcome(series, lines), **told)


def kept_refusal(refusal: ValidationError) -> str:
    """A service's complaint as JSON: its sentences, by field where it has any."""
    return json.dumps(refusal.message_dict if hasattr(refusal, "error_dict") else refusal.messages)


def refusal_from(kept: str) -> ValidationError:
    """The complaint that was kept."""
    return ValidationError(json.loads(kept))
