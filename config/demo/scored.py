"""What the nights of the last quarter would have found: scores with a past, and a scorecard."""

from datetime import datetime, timedelta

from analytics.services import member_scores, scorecards

# Every week, so that movements between classes have something to show.
_WEEKS = 13


def run(*, at: datetime) -> int:
    """How many scores were made. Bears repeats: a night before the newest one changes nothing."""
    scorecards.install()
    last = member_scores.last_day(at)
    days = [last - timedelta(weeks=weeks) for weeks in range(_WEEKS, -1, -1)]
    return sum(
        count for day in days for count in member_scores.score(as_of=day, at=at - (last - day))
    )
