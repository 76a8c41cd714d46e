"""Takes one permission check after another out of the safeguarding pages, in a copy, and expects a test to fail.

Run by hand, because it takes long: `python -m tests.mutations`, or with pieces of file names for those files alone.
Says what no test noticed.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = [
    f"tests/safeguarding/test_{name}.py"
    for name in (
        "reading",
        "waiting",
        "closing",
        "looking_after",
        "linking",
        "stepping",
        "attaching",
        "paper",
        "disclosing",
        "bundles",
        "enclosing",
        "figures",
        "retention",
        "destroying",
        "alerting",
        "ending_alerts",
        "drafts",
        "reporting",
        "from_alerts",
    )
]
TESTS += [f"tests/sessions_app/test_{name}.py" for name in ("policy_alerts", "admin_policy_alerts")]
ALERTS, GATHERED = "sessions_app/models/policy_alerts.py", "safeguarding/gathering/policy_alerts.py"
# File, what stands there, what stands there instead.
MUTATIONS = [
    ("safeguarding/reading.py", "if not user.has_role(*to):", "if False:"),
    ("safeguarding/reading.py", "if second_factors.is_missing(request):", "if False:"),
    ("safeguarding/reading.py", "user.has_role(*ROLES) and is_idle(request, user, now)", "False"),
    ("safeguarding/reading.py", "noted is None or now - noted > IDLE", "noted is None or now - noted > 2 * IDLE"),
    ("safeguarding/reading.py", "if request.method not in methods:", "if False:"),
    ("safeguarding/reading.py", 'request.method != "POST" or is_own(request)', "True"),
    ("safeguarding/reading.py", "        _note_reading(answer, user, now)\n", ""),
    ("safeguarding/reading.py", "isinstance(answer, HttpResponseRedirect)", "isinstance(answer, HttpResponse)"),
    ("safeguarding/reading.py", 'response["Cache-Control"] = "no-store, private"', "pass"),
    ("safeguarding/reading.py", '!= "same-origin"', '== "nothing"'),
    ("safeguarding/models/concerns.py", "Q(Exists(subject)) | ", ""),
    (
        "safeguarding/models/concerns.py",
        'Recusal.objects.filter(concern=OuterRef("pk"), user=user)',
        "Recusal.objects.none()",
    ),
    ("safeguarding/models/concerns.py", "sent.filter(assigned | ~Q(kind=Kind.LEAD))", "sent"),
    ("safeguarding/models/concerns.py", "sent.filter(assigned | Q(kind=Kind.LEAD)) if", "sent if"),
    (
        "safeguarding/models/concerns.py",
        "self.filter(reporter=user, state=State.DRAFT)",
        "self.filter(state=State.DRAFT)",
    ),
    ("safeguarding/models/concerns.py", "self.filter(reporter=user, source=Concern.Source.STAFF)", "self.all()"),
    ("safeguarding/models/concerns.py", "return self.exclude(state=State.DRAFT)", "return self"),
    ("safeguarding/reporting/forms.py", 'return self.data.get("writer", "") not in ("", str(user.pk))', "return False"),
    ("safeguarding/reporting/pressing.py", "if not is_own(request):", "if False:"),
    ("safeguarding/closing.py", "    if alone:\n        _check_exception(concern, exception, by)\n", ""),
    ("safeguarding/closing.py", "    if others:\n", "    if False:\n"),
    ("safeguarding/closing.py", "    if not exception.strip():\n", "    if False:\n"),
    ("safeguarding/closing.py", "if alone and not looking_after.show_to_trustees(concern, now):", "if False:"),
    ("safeguarding/looking_after.py", "    if to not in may_be_given(concern):\n", "    if False:\n"),
    ("safeguarding/looking_after.py", "    if not keepers(concern):\n", "    if False:\n"),
    (
        "safeguarding/models/disclosures.py",
        'self.filter(concern__in=Concern.objects.visible_to(user).values("pk"))',
        "self.all()",
    ),
    ("safeguarding/disclosing.py", "if disclosure.decided_by not in looking_after.keepers(concern):", "if False:"),
    ("safeguarding/disclosing.py", "if disclosure.basis == LawfulBasis.CONSENT and not is_agreed:", "if False:"),
    (
        "safeguarding/dashboard/bundles.py",
        "    if not second_factors.is_shown_again(request, now):\n",
        "    if False:\n",
    ),
    ("safeguarding/dashboard/left.py", "    if not second_factors.is_shown_again(request, now):\n", "    if False:\n"),
    ("safeguarding/dashboard/left.py", "    if not sending.may_be_taken(shared, user, now):\n", "    if False:\n"),
    ("safeguarding/dashboard/left.py", "SentFile.objects.visible_to(user)", "SentFile.objects"),
    ("safeguarding/dashboard/left.py", "    if enclosed is None:\n", "    if False:\n"),
    ("safeguarding/bundle/sending.py", "disclosure.made_by == user and now", "now"),
    ("safeguarding/bundle/sending.py", "    if document.digest != draft.looked_at:\n", "    if False:\n"),
    ("safeguarding/bundle/withholding.py", "return _pattern(words).sub(NAME, text) if words else text", "return text"),
    (
        "whippersnappers/accounts/second_factors.py",
        "settings.MFA_REQUIRED or has_second_factor(user)",
        "has_second_factor(user)",
    ),
    ("whippersnappers/accounts/second_factors.py", 'r["at"] > since', "True"),
    ("safeguarding/linking.py", "other = Concern.objects.visible_to(by).filter", "other = Concern.objects.filter"),
    ("safeguarding/linking.py", "first, second = (locked(pk, by)", "first, second = (Concern.objects.get(pk=pk)"),
    ("safeguarding/linking.py", "rows.filter(first__in=seen, second__in=seen)", "rows"),
    ("safeguarding/linking.py", "seen = Concern.objects.visible_to(user).filter", "seen = Concern.objects.filter"),
    (
        "safeguarding/models/alerts.py",
        "self.filter(withdrawn_at=None, ends_at__gt=now)",
        "self.filter(ends_at__gt=now)",
    ),
    (
        "safeguarding/models/alerts.py",
        "self.filter(withdrawn_at=None, ends_at__gt=now)",
        "self.filter(withdrawn_at=None)",
    ),
    ("safeguarding/models/alerts.py", ".filter(staff__user=user)", ""),
    ("safeguarding/models/alerts.py", "for_deliverers=True)).exclude(kept_from)", "for_deliverers=True))"),
    ("safeguarding/models/alerts.py", ".exclude(kept_from).order_by", ".order_by"),
    (
        "safeguarding/reporting/alert_page.py",
        "StaffAlert.objects.for_staff(user, now)",
        "StaffAlert.objects.shown(now)",
    ),
    ("safeguarding/ending_alerts.py", "if kept_because.strip():", "if True:"),
    ("safeguarding/closing.py", "    ending_alerts.end_with(closed, kept_because=keep_alerts, by=by, now=now)\n", ""),
    ("safeguarding/alerting.py", "        if user.pk in subjects:\n", "        if False:\n"),
    (
        "safeguarding/files/attaching.py",
        "return add_files(locked(concern_id, by),",
        "return add_files(Concern.objects.get(pk=concern_id),",
    ),
    (
        "safeguarding/files/attaching.py",
        "own = Concern.objects.for_reporter(by).select",
        "own = Concern.objects.select",
    ),
    ("safeguarding/dashboard/files.py", "found(user, pk).files", "ConcernFile.objects"),
    (
        "safeguarding/reporting/own_pages.py",
        "concern.files.filter(author=user), pk=file",
        "concern.files.all(), pk=file",
    ),
    ("safeguarding/paper/entering.py", "sheet.subject.has_role(Role.LEAD, Role.DEPUTY)", "False"),
    ("safeguarding/paper/entering.py", "if not looking_after.keepers(concern):", "if False:"),
    ("safeguarding/paper/entering.py", "if Concern.objects.visible_to(by).filter(pk=concern.pk).exists():", "if True:"),
    (
        "safeguarding/figures/counting.py",
        "counted.visible_to(user) if is_exact_for(user) else",
        "counted.visible_to(user) if False else",
    ),
    ("safeguarding/figures/counting.py", "hiding=not is_exact_for(user)", "hiding=False"),
    ("safeguarding/figures/counting.py", "blank = hiding and any(", "blank = False and any("),
    ("safeguarding/dashboard/figures.py", "(DaysForm if exact else PeriodForm)", "DaysForm"),
    ("safeguarding/dashboard/figures.py", "with_present=exact", "with_present=True"),
    (
        "safeguarding/dashboard/figures.py",
        "    if not second_factors.is_shown_again(request, now):\n",
        "    if False:\n",
    ),
    (
        "safeguarding/models/concerns.py",
        "return self.exclude(state=State.DRAFT).exclude(self._kept_from(user))",
        "return self.exclude(state=State.DRAFT)",
    ),
    ("safeguarding/retention/rules.py", "not facts.is_held and ", ""),
    ("safeguarding/waiting.py", "~Exists(held), ", ""),
    ("safeguarding/waiting.py", "seen = Concern.objects.visible_to(user)", "seen = Concern.objects.all()"),
    ("safeguarding/waiting.py", "Concern.objects.visible_to(user).in_hand()", "Concern.objects.in_hand()"),
    ("safeguarding/waiting.py", "StaffAlert.objects.visible_to(user).shown(now)", "StaffAlert.objects.shown(now)"),
    ("safeguarding/retention/destroying.py", "    if review.proposed_by == by:\n", "    if False:\n"),
    ("safeguarding/retention/destroying.py", "    if standing_hold(concern) is not None:\n", "    if False:\n"),
    ("safeguarding/retention/destroying.py", " or not is_due(facts_of(concern), now)", ""),
    ("safeguarding/retention/destroying.py", " if row.mark_of(user) not in row.hidden_from", ""),
    ("safeguarding/retention/destroying.py", "    if not user.has_role(Role.TRUSTEE):\n", "    if False:\n"),
    ("safeguarding/handling.py", "return Concern.objects.visible_to(by).select", "return Concern.objects.select"),
    (ALERTS, "self.exclude(_delivering(staff__user=user))", "self.all()"),
    (ALERTS, "Q(withdrawn_at=None) | Q(withdrawn_at__gte=OuterRef", "Q(withdrawn_at__gte=OuterRef"),
    (ALERTS, ' | Q(withdrawn_at__gte=OuterRef("began_at"))', ""),
    (ALERTS, "return others.filter(about_them) if", "return others if"),
    (ALERTS, "others.filter(about_them) if user.has_role(Role.TRUSTEE) else self.none()", "others.filter(about_them)"),
    (ALERTS, "self.operational() if user.has_role(Role.COORDINATOR) else self.none()", "self.operational()"),
    (ALERTS, "return self.operational() if", "return self.all() if"),
    ("sessions_app/policy_alerts.py", "    if is_own(alert, by):\n", "    if False:\n"),
    ("sessions_app/alert_mails.py", "user is None or not _is_theirs(mail, user)", "user is None"),
    ("sessions_app/alert_mails.py", "sessions_app.oversee_policyalert", "outbox.view_outgoingmail"),
    ("sessions_app/alert_notices.py", " if _oversees(user, alert)]", "]"),
    ("safeguarding/from_alerts.py", "PolicyAlert.objects.overseen_by(by).select", "PolicyAlert.objects.select"),
    ("safeguarding/from_alerts.py", "Concern.objects.visible_to(user).filter", "Concern.objects.filter"),
    ("safeguarding/from_alerts.py", "kind=Kind.LEAD if looks_after else Kind.ORGANISATION", "kind=Kind.ORGANISATION"),
    ("safeguarding/from_alerts.py", "        for user in looks_after:\n", "        for user in []:\n"),
    (
        "safeguarding/gathering/policy_alerts.py",
        "PolicyAlert.objects.overseen_by(user).filter",
        "PolicyAlert.objects.filter",
    ),
    (
        "safeguarding/gathering/policy_alerts.py",
        "PolicyAlert.objects.overseen_by(user).select",
        "PolicyAlert.objects.select",
    ),
    ("safeguarding/waiting.py", "PolicyAlert.objects.overseen_by(user).unsettled()", "PolicyAlert.objects.unsettled()"),
]


def copy(to: Path) -> None:
    """The tracked files, so that nobody's own are changed."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name)


def nearest_first(file: str) -> list[str]:
    """All tests; those that are named like the file or its folder come first, because they notice first."""
    words = {word[:5] for part in Path(file).with_suffix("").parts[1:] for word in part.split("_")}
    named = {test: {word[:5] for word in Path(test).stem.split("_")[1:]} for test in TESTS}
    return sorted(TESTS, key=lambda test: not words & named[test])


def survives(tree: Path, file: str, before: str, after: str) -> bool:
    """Whether all tests pass although the check is gone."""
    path = tree / file
    text = path.read_text()
    if text.count(before) != 1:
        raise SystemExit(f"{file}: not there exactly once: {before}")
    path.write_text(text.replace(before, after))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *nearest_first(file)], cwd=tree, capture_output=True
    )
    path.write_text(text)
    return done.returncode == 0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        copy(tree)
        left = []
        chosen = [m for m in MUTATIONS if len(sys.argv) == 1 or any(piece in m[0] for piece in sys.argv[1:])]
        for file, before, after in chosen:
            alive = survives(tree, file, before, after)
            left += [(file, before)] if alive else []
            print("NOT NOTICED" if alive else "noticed    ", file, before.strip(), flush=True)
    print(f"{len(chosen) - len(left)} of {len(chosen)} noticed")
    sys.exit(bool(left))


if __name__ == "__main__":
    main()
