"""From when on what a member is at counts."""

from datetime import datetime

from campaigns.models import Enrollment


def since(row: Enrollment) -> datetime:
    """When what the row is at was due: what is found late counts from then, so that it expires."""
    told = row.context.get("since") or row.context.get("occurred_at")
    return datetime.fromisoformat(told) if told else row.run.due_at
