"""Settings by environment; every variable is documented in `.env.example`.

Split by what a reader looks for: `base` (apps, database, languages), `security`, `api`,
`consumers` (members' own apps), `messages` (what goes out to members), `console` (Unfold),
`workers` (Celery), `logs`.
"""

from config.settings.base import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.api import *  # noqa: F403
from config.settings.consumers import *  # noqa: F403
from config.settings.messages import *  # noqa: F403
from config.settings.console import *  # noqa: F403
from config.settings.workers import *  # noqa: F403
from config.settings.logs import *  # noqa: F403
