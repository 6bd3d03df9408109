"""PostgreSQL as Django speaks to it, asking less often whether it is still there.

Django asks with a statement of its own at each request's first query. A connection that answered
a moment ago is taken as alive; one that broke in between is given up and opened anew by the
posting's next attempt, and by the next request at the latest.
"""

import time
from typing import Any

from django.db.backends.postgresql import base

from members.services import changes

# A till's orders come closer together than this; a server that was restarted is found after it.
TRUSTED_SECONDS = 5.0


class DatabaseWrapper(base.DatabaseWrapper):
    """`ENGINE = "config.database"`."""

    health_check_done: bool
    health_check_enabled: bool

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._checked_at = 0.0
        self.execute_wrappers.append(changes.tell_origin)

    def close_if_health_check_failed(self) -> None:
        """As Django's, for a connection that nobody asked in the last seconds."""
        if self.connection is None or self.health_check_done or not self.health_check_enabled:
            super().close_if_health_check_failed()
            return
        now = time.monotonic()
        if now - self._checked_at < TRUSTED_SECONDS and not self.connection.broken:
            self.health_check_done = True
            return
        super().close_if_health_check_failed()
        self._checked_at = now
