"""Families, staff, places and hosts of ten years."""

from bench.decade.inserting import insert, key, numbers, one_of
from bench.decade.size import MOST_A_DAY, Size
from families.models import Child, Consent, Family, Guardian, Guardianship, Signature
from sessions_app.models import Place, StaffProfile, ZoomHost
from whippersnappers.accounts.models import User

FIRST = "Ada Ben Cleo Dan Ella Finn Gita Hugo Iris Jack Kofi Lena Mona Noah Olga Pip Quinn Rosa Sami Tess Uma Vera Will"
FIRST += " Yusuf Zoe"
LAST = "Adeyemi Begum Clarke Davies Evans Fraser Green Hughes Iqbal Jones Khan Lewis Murphy Nowak Okafor Patel Quinlan"
LAST += " Reid Singh Taylor Usman Vaughan Walker Yilmaz O’Neill"
AREAS = "Southwark|Lambeth|Lewisham|Camden|Hackney|Tower Hamlets"


def families(size: Size) -> None:
    """Households with one or two parents, their children, and who stands for whom."""
    household = f"mod(n, {size.families})"
    surname = one_of(LAST, f"{household} / 7 + {household}")
    _households(size, surname)
    _guardians(size, household, surname)
    _children(size, household, surname)
    _what_parents_said()


def _households(size: Size, surname: str) -> None:
    insert(
        Family,
        numbers(size.families),
        id=key("family", "n"),
        reference="'F' || lpad(n::text, 6, '0')",
        name=surname,
        created_at="now() - interval '10 years' * random()",
    )


def _guardians(size: Size, household: str, surname: str) -> None:
    # Every twentieth has no e-mail address, so that somebody has to call.
    email = "CASE WHEN mod(n, 20) = 3 THEN '' ELSE 'parent' || n || '@decade.example' END"
    insert(
        User,
        numbers(size.guardians) + " WHERE mod(n, 20) <> 3",
        id=key("user", "n"),
        email="'parent' || n || '@decade.example'",
        name=f"{one_of(FIRST, 'n')} || ' ' || {surname}",
        roles="ARRAY['guardian']",
        password="'!'",
    )
    insert(
        Guardian,
        numbers(size.guardians),
        id=key("guardian", "n"),
        family_id=key("family", household),
        user_id=f"CASE WHEN mod(n, 20) = 3 THEN NULL ELSE {key('user', 'n')} END",
        first_name=one_of(FIRST, "n"),
        last_name=surname,
        email=email,
        phone="'07700 9' || lpad(n::text, 5, '0')",
    )


def _children(size: Size, household: str, surname: str) -> None:
    insert(
        Child,
        numbers(size.children),
        id=key("child", "n"),
        family_id=key("family", household),
        reference="'C' || lpad(n::text, 6, '0')",
        known_as=one_of(FIRST, "n / 3 + n"),
        first_name=one_of(FIRST, "n / 3 + n"),
        last_name=surname,
        date_of_birth="current_date - 1500 - mod(n, 4000)",
        local_authority=one_of(AREAS, "n", "|"),
    )
    insert(
        Guardianship,
        "families_guardian g JOIN families_child c USING (family_id)",
        id=key("guardianship", "g.id || ':' || c.id"),
        guardian_id="g.id",
        child_id="c.id",
        relationship="'mother'",
        parental_responsibility="true",
    )


def _what_parents_said() -> None:
    """Yes to recording, and the agreement, signed."""
    insert(
        Consent,
        "families_child c",
        id=key("consent", "c.id"),
        child_id="c.id",
        purpose="'recorded_group'",
        given="true",
        recorded_note="'By phone'",
        decided_at="now() - interval '1 year'",
    )
    insert(
        Signature,
        "families_guardian g CROSS JOIN families_agreement a",
        id=key("signature", "g.id || ':' || a.id"),
        agreement_id="a.id",
        guardian_id="g.id",
        typed_name="g.first_name || ' ' || g.last_name",
        signed_at="now() - interval '1 year'",
        kind="'portal'",
        sha256="a.sha256",
        device="''",
        signed_in_by="''",
    )


def staff() -> None:
    """Forty people who deliver, eight halls, and a Zoom host for each session of a day."""
    insert(
        User,
        numbers(40),
        id=key("staff-user", "n"),
        email="'staff' || n || '@decade.example'",
        name=f"{one_of(FIRST, 'n')} || ' ' || {one_of(LAST, 'n')}",
        roles="ARRAY['practitioner']",
        password="'!'",
    )
    insert(
        StaffProfile,
        numbers(40),
        id=key("staff", "n"),
        user_id=key("staff-user", "n"),
        first_name=one_of(FIRST, "n"),
        dbs_number="'00' || n",
        dbs_valid_until="current_date + 400",
        training_valid_until="current_date + 30 + 20 * n",
    )
    insert(Place, numbers(8), id=key("place", "n"), name="'Hall ' || n", address="n || ' Station Road'")
    insert(
        ZoomHost,
        numbers(MOST_A_DAY),
        id=key("host", "n"),
        name="'Room ' || n",
        email="'room' || n || '@decade.example'",
    )
