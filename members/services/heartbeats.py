"""Signs of life of worker and beat; `doctor` and the console read them."""

from datetime import datetime

from members.models import Heartbeat

WORKER = "worker"
BEAT = "beat"


def beat(*, names: tuple[str, ...], at: datetime) -> None:
    """Notes that these were alive at `at`."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, seen_at=at) for name in names],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["seen_at"],
    )
