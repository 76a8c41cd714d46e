"""The Celery application and its beat table: everything that happens by the clock, on one screen.

A task carries ids at most, and what it does must already be a row in Postgres; Redis may be emptied at
any moment. So there is no `eta` and no `countdown`: each entry below looks for what is due now.
"""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whippersnappers.settings")

app = Celery("whippersnappers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Mails have workers of their own, so that sixty of them do not keep a Zoom meeting waiting. A worker that is
# started without `--queues` does everything.
app.conf.task_queues = [Queue("celery"), Queue("mail")]
app.conf.task_routes = {"whippersnappers.outbox.tasks.*": {"queue": "mail"}}

app.conf.beat_schedule = {
    # name: task, seconds between two runs; `expires` keeps a backlog from piling up.
    "sweep the outbox": {
        "task": "whippersnappers.outbox.tasks.sweep",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "sweep the Zoom meetings": {
        "task": "sessions_app.tasks.sweep_meetings",
        "schedule": 20.0,
        "options": {"expires": 20.0},
    },
    "follow what Zoom told": {
        "task": "sessions_app.tasks.follow_events",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "look at the sessions that go on": {
        "task": "sessions_app.tasks.watch_running_sessions",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "ask Zoom how meetings were": {
        "task": "sessions_app.tasks.reconcile_meetings",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "put due mails into the outbox": {
        "task": "sessions_app.tasks.enqueue_due_mails",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "invite parents and carers who came later": {
        "task": "sessions_app.tasks.invite_latecomers",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "look after the waiting lists": {
        "task": "sessions_app.tasks.look_after_waiting_lists",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "look after the records of sessions": {
        "task": "sessions_app.tasks.look_after_records",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "look after imports of families": {
        "task": "families.tasks.sweep_imports",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "look after steps for many sessions": {
        "task": "sessions_app.tasks.sweep_bulk_runs",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "look after changes of long series": {
        "task": "sessions_app.tasks.sweep_series_work",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "look at confirmed sessions again": {
        "task": "sessions_app.tasks.recheck_readiness",
        "schedule": 300.0,
        "options": {"expires": 300.0},
    },
    "warn of clearance that runs out": {
        "task": "sessions_app.tasks.warn_of_clearance",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "tell again of urgent policy alerts": {
        "task": "sessions_app.tasks.tell_again_of_policy_alerts",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "tell Zoom to record, or to stop": {
        "task": "sessions_app.tasks.tell_zoom_to_record",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "delete recordings whose time is over": {
        "task": "sessions_app.tasks.delete_recordings",
        "schedule": 30.0,
        "options": {"expires": 30.0},
    },
    "look at the clocks of safeguarding": {
        "task": "safeguarding.tasks.look_at_the_clocks",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "send the head of the audit trail": {
        "task": "safeguarding.tasks.send_audit_head",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "look at how long concerns are kept": {
        "task": "safeguarding.tasks.open_retention_reviews",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "forget old sessions and counters of tries": {
        "task": "whippersnappers.accounts.tasks.sweep_sign_in",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
}
