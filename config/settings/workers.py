"""Celery: the database is the truth, the broker a bell."""

from celery.schedules import crontab

from config.settings.base import REDIS_URL, TIME_ZONE

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 3_600
CELERY_TASK_SOFT_TIME_LIMIT = 3_540
# Above the longest hard limit, or a long task would be delivered a second time while it runs.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 2 * CELERY_TASK_TIME_LIMIT}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep-dispatches": {"task": "members.tasks.sweep_dispatches", "schedule": 15.0},
    "beat-heartbeat": {"task": "members.tasks.beat_heartbeat", "schedule": 30.0},
    "resume-jobs": {"task": "members.tasks.resume_jobs", "schedule": 60.0},
    "expire-approvals": {"task": "members.tasks.expire_approvals", "schedule": 15 * 60.0},
    "forget-idempotency-keys": {
        "task": "members.tasks.forget_idempotency_keys",
        "schedule": 24 * 60 * 60.0,
    },
    # So that a change of tier shows in every channel within two minutes.
    "tier-terms": {"task": "loyalty.tasks.end_due_tier_terms", "schedule": 60.0},
    "quote-locks": {"task": "campaigns.tasks.expire_quote_locks", "schedule": 60.0},
    "receipts": {"task": "campaigns.tasks.settle_receipts", "schedule": 60.0},
    "coupons": {"task": "loyalty.tasks.settle_due_coupons", "schedule": 60.0},
    "redemptions": {"task": "loyalty.tasks.settle_due_redemptions", "schedule": 60.0},
    # Dashboards are at most a minute behind the tills.
    "facts": {"task": "analytics.tasks.refresh_facts", "schedule": 60.0},
    "appointments": {"task": "members.tasks.keep_appointments", "schedule": 60.0},
    # After midnight in the programme's zone, before the first till opens.
    "night": {"task": "members.tasks.run_night", "schedule": crontab(hour=3, minute=10)},
    "refresh-segments": {
        "task": "analytics.tasks.refresh_segments",
        "schedule": crontab(minute=20),
    },
    # What a lost ring left; somebody waits for it with the phone in their hand.
    "send-codes": {"task": "members.tasks.send_codes", "schedule": 10.0},
    # Second and later attempts; the first follows the step by the bell.
    "step-calls": {"task": "campaigns.tasks.send_step_calls", "schedule": 30.0},
    "expire-messages": {"task": "campaigns.tasks.expire_messages", "schedule": 60.0},
    "send-due-messages": {"task": "campaigns.tasks.send_due", "schedule": 30.0},
    "advance-journeys": {"task": "campaigns.tasks.advance_due", "schedule": 20.0},
    "run-campaigns": {"task": "campaigns.tasks.run_due", "schedule": 20.0},
}
