"""The product's own processes, as every command and the container start them."""

import os
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
WORKER_PROCESSES = 2
WEB_THREADS = 4


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(BASE_DIR / "manage.py"), *arguments]


def web(*, host: str, port: int) -> list[str]:
    """Granian with WSGI threads: the least processor time per request of all that we measured.
    Together they stay below four database connections per core."""
    processes = max(1, min(2, os.cpu_count() or 1))
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", host, "--port", str(port), "--workers", str(processes)),
        *("--blocking-threads", str(WEB_THREADS), "--blocking-threads-idle-timeout", "600"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "warning"),
        "config.wsgi:application",
    ]


def worker() -> list[str]:
    return _celery("worker", "--concurrency", str(WORKER_PROCESSES), "--without-gossip")


def beat() -> list[str]:
    return _celery("beat", "--pidfile", "")


def _celery(role: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "config", role, "--loglevel", "WARNING", *options]
