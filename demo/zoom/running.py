"""A meeting as it happens: who waits, who is in; every change tells the portal.

A person is somewhere (`where`): at the `door` before the meeting has begun, in the `waiting` room, in the `meeting`, or
`gone`. Each unbroken stay in the waiting room or the meeting becomes a row of the instance, as Zoom's reports have it.
Who comes back is the same person here, so that buttons and scripts can speak of them, but a new `user_id` to Zoom.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from demo.zoom import events, recorder
from demo.zoom.recorder import NotPossible
from demo.zoom.store import Json, Store, new_uuid, stamp

HOST: Final = "host"
CO_HOST: Final = "co-host"
ATTENDEE: Final = "attendee"
# Zoom takes a while to notice that a connection is gone.
NOTICED_AFTER: Final = timedelta(seconds=60)
_FIRST_USER: Final = 16_778_240
_LOST: Final = "got disconnected from the meeting. Reason: Network connection error."


@dataclass
class Room:
    """One meeting of the account at one moment. Hold the store's lock."""

    store: Store
    meeting: Json
    now: datetime
    _told: int = 0

    @property
    def people(self) -> list[Json]:
        """Everybody who has been here, also those who are gone."""
        found: list[Json] = self.meeting.setdefault("people", [])
        return found

    @property
    def runs(self) -> bool:
        """Whether the meeting is running now."""
        return bool(self.meeting["status"] == "started")

    def those(self, where: str) -> list[Json]:
        """Those who are at the door, waiting, in the meeting, or gone."""
        return [person for person in self.people if person["where"] == where]

    def person(self, key: str) -> Json:
        """Somebody by key. Raises NotPossible for a stranger."""
        for person in self.people:
            if person["key"] == key:
                return person
        raise NotPossible(f"There is nobody called {key!r} here.")

    # --- The meeting --------------------------------------------------------------------------------------
    def start(self) -> Json:
        """The host account starts the meeting, or comes back into it; does nothing when it is in."""
        account = self.store.find_user(self.meeting["host_id"]) or {}
        name = f"{account.get('first_name', '')} {account.get('last_name', '')}".strip() or "Host"
        return self._begin(self._someone(HOST, name, self.meeting["host_email"]))

    def end(self) -> None:
        """The meeting is over for everybody; it becomes an instance of the past, and gets a new UUID."""
        if not self.runs:
            return
        if self.meeting["recording"] != "off":
            self.record("stop")
        for person in self.those("meeting"):
            self._out_of_meeting(person, "Host ended the meeting.")
        for person in self.those("waiting"):
            self._out_of_waiting(person)
        self._tell("meeting.ended", events.live(self.meeting, end_time=stamp(self.now)), self.now)
        begun = datetime.fromisoformat(self.meeting["running"]["since"])
        self.meeting["past"].append(
            {
                "uuid": self.meeting["uuid"],
                "start_time": stamp(begun),
                "end_time": stamp(self.now),
                "duration": max(1, round((self.now - begun) / timedelta(minutes=1))),
                "people": self.meeting["running"]["rows"],
            }
        )
        self.meeting.update(status="waiting", recording="off", uuid=new_uuid())
        del self.meeting["running"]

    def record(self, step: str) -> None:
        """Start, stop, pause or resume the recording. Raises NotPossible in the wrong state."""
        recorder.take(self.store, self.meeting, step, self.now, self._tell)

    # --- People -------------------------------------------------------------------------------------------
    def arrive(self, name: str, *, email: str = "", key: str = "") -> Json:
        """Somebody opens the join link under a name; with `email` when signed in to Zoom."""
        person = self._someone(key or self.key_for(name, email), name, email)
        if person["where"] in ("waiting", "meeting"):
            raise NotPossible(f"{person['name']} is here already.")
        if self.runs:
            self._let_in_or_wait(person)
        elif self._may_host(person):
            self._begin(person)
        else:
            person["where"] = "door"
        return person

    def key_for(self, name: str, email: str) -> str:
        """The key of whoever was here under this name and is gone; else a new one."""
        same = (person["key"] for person in self.those("gone") if (person["name"], person["email"]) == (name, email))
        return str(next(same, f"p{len(self.people) + 1}"))

    def admit(self, key: str) -> None:
        """The host lets somebody in from the waiting room."""
        person = self._in("waiting", key)
        self._close_row(person)
        self._tell_of(person, "meeting.participant_admitted", date_time=stamp(self.now))
        self._enter(person, ATTENDEE)

    def put_back(self, key: str) -> None:
        """The host puts somebody back into the waiting room."""
        person = self._in("meeting", key)
        self._close_row(person)
        person.update(where="waiting", role=ATTENDEE, camera=False, lost="", since=stamp(self.now))
        self._tell_of(person, "meeting.participant_put_in_waiting_room", date_time=stamp(self.now))
        self._after_leaving()

    def leave(self, key: str, reason: str = "left the meeting.") -> None:
        """Somebody goes, from wherever they are."""
        person = self.person(key)
        if person["where"] == "waiting":
            self._out_of_waiting(person)
        elif person["where"] == "door":
            person["where"] = "gone"
        else:
            self._out_of_meeting(self._in("meeting", key), f"{person['name']} {reason}")
            self._after_leaving()

    def drop(self, key: str) -> None:
        """A connection is lost. Nobody is told before Zoom notices."""
        self._in("meeting", key)["lost"] = stamp(self.now)

    def notice(self, key: str) -> None:
        """Zoom notices a lost connection."""
        if not self._in("meeting", key)["lost"]:
            raise NotPossible("The connection is not lost.")
        self.leave(key, _LOST)

    def rejoin(self, key: str) -> None:
        """Somebody comes back, under a new user_id."""
        person = self.person(key)
        if person["where"] == "meeting" and person["lost"]:
            # Zoom notices at the latest now. The meeting does not end in between: they are on their way.
            self._out_of_meeting(person, f"{person['name']} {_LOST}")
        if person["where"] != "gone":
            raise NotPossible(f"{person['name']} is here already.")
        if key == HOST:
            self.start()
        else:
            self.arrive(person["name"], email=person["email"], key=key)

    def camera(self, key: str, on: bool) -> None:
        """A camera goes on or off. Zoom tells nobody: only the simulator's page shows it."""
        self._in("meeting", key)["camera"] = on

    def change_role(self, key: str, role: str) -> None:
        """Somebody becomes host, co-host or attendee; a new host takes over from the one before."""
        person = self._in("meeting", key)
        if role not in (HOST, CO_HOST, ATTENDEE):
            raise NotPossible(f"There is no role {role!r}.")
        if role == HOST:
            for other in self.those("meeting"):
                if other["role"] == HOST and other is not person:
                    self._set_role(other, CO_HOST)
        self._set_role(person, role)

    # --- Steps that several of the above share ------------------------------------------------------------
    def _someone(self, key: str, name: str, email: str) -> Json:
        """The person of this key, made when there is none yet."""
        person = next((each for each in self.people if each["key"] == key), None)
        if person is None:
            person = {"key": key, "where": "gone", "role": ATTENDEE, "camera": False, "lost": "", "since": ""}
            person |= {"user_id": "", "participant_uuid": ""}
            self.people.append(person)
        if person["where"] == "gone":
            person.update(
                name=name, email=email, zoom_id=self.store.user_id_of(email) if self.store.is_ours(email) else ""
            )
        return person

    def _in(self, where: str, key: str) -> Json:
        person = self.person(key)
        if person["where"] != where:
            words = {"waiting": "in the waiting room", "meeting": "in the meeting"}[where]
            raise NotPossible(f"{person['name']} is not {words}.")
        return person

    def _begin(self, host: Json) -> Json:
        begins = not self.runs
        if begins:
            self.meeting.update(status="started", recording="off", running={"since": stamp(self.now), "rows": []})
            self._tell("meeting.started", events.live(self.meeting), self.now)
        if host["where"] != "meeting":
            self._new_stay(host)
            self._enter(host, CO_HOST if any(p["role"] == HOST for p in self.those("meeting")) else HOST)
        if begins:
            for person in self.those("door"):
                self._let_in_or_wait(person)
        return host

    def _new_stay(self, person: Json) -> None:
        stays = self.meeting.get("stays", 0)
        self.meeting["stays"] = stays + 1
        # Zoom counts on in steps, so that nobody can take the number for an index.
        person.update(user_id=str(_FIRST_USER + stays * 1024), participant_uuid=str(uuid.uuid4()).upper())

    def _let_in_or_wait(self, person: Json) -> None:
        self._new_stay(person)
        if self._may_host(person):
            self._enter(person, CO_HOST)
        elif self.meeting["settings"].get("waiting_room"):
            person.update(where="waiting", role=ATTENDEE, camera=False, lost="", since=stamp(self.now))
            self._tell_of(person, "meeting.participant_joined_waiting_room", date_time=stamp(self.now))
        else:
            self._enter(person, ATTENDEE)

    def _may_host(self, person: Json) -> bool:
        others = self.meeting["settings"].get("alternative_hosts", "").replace(",", ";").split(";")
        hosts = {address.strip().casefold() for address in (self.meeting["host_email"], *others)}
        return bool(person["zoom_id"]) and person["email"].casefold() in hosts

    def _enter(self, person: Json, role: str) -> None:
        camera = bool(self.meeting["settings"].get("host_video" if role == HOST else "participant_video"))
        person.update(where="meeting", role=ATTENDEE, camera=camera, lost="", since=stamp(self.now))
        if role == HOST:
            # Who starts a meeting is its host from the first moment; there is no change to tell.
            person["role"] = HOST
        self._tell_of(person, "meeting.participant_joined", join_time=stamp(self.now))
        self._set_role(person, role)

    def _set_role(self, person: Json, role: str) -> None:
        before, person["role"] = person["role"], role
        if before != role:
            facts = {"date_time": stamp(self.now), "old_role": before, "new_role": role}
            self._tell_of(person, "meeting.participant_role_changed", **facts)

    def _out_of_meeting(self, person: Json, reason: str) -> None:
        self._close_row(person)
        person.update(where="gone", camera=False, lost="")
        facts = {"leave_time": stamp(self.now), "leave_reason": reason}
        self._tell_of(person, "meeting.participant_left", **facts)

    def _out_of_waiting(self, person: Json) -> None:
        self._close_row(person)
        person["where"] = "gone"
        self._tell_of(person, "meeting.participant_left_waiting_room", date_time=stamp(self.now))

    def _after_leaving(self) -> None:
        """The meeting needs a host, and ends when nobody is in it."""
        rest = self.those("meeting")
        if not rest:
            self.end()
        elif not any(person["role"] == HOST for person in rest):
            # Zoom hands over to a co-host, or to anybody.
            self._set_role(next((p for p in rest if p["role"] == CO_HOST), rest[0]), HOST)

    def _close_row(self, person: Json) -> None:
        begun = datetime.fromisoformat(person["since"])
        self.meeting["running"]["rows"].append(
            {
                "id": person["zoom_id"],
                "user_id": person["user_id"],
                "name": person["name"],
                "user_email": person["email"] if person["zoom_id"] else "",
                "registrant_id": "",
                "join_time": person["since"],
                "leave_time": stamp(self.now),
                "duration": round((self.now.replace(microsecond=0) - begun).total_seconds()),
                "status": "in_meeting" if person["where"] == "meeting" else "in_waiting_room",
            }
        )

    def _tell_of(self, person: Json, event: str, **facts: object) -> None:
        told = events.live(self.meeting, participant=events.participant(person, **facts))
        self._tell(event, told, self.now, about=person["name"])

    def _tell(self, event: str, obj: Json, at: datetime, about: str = "") -> None:
        # A millisecond apart, so that what happens at one press has an order.
        at += timedelta(milliseconds=self._told)
        self._told += 1
        self.store.tell(event, obj, at, about)
