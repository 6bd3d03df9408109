"""Django's own checks of a deployment find nothing in the settings of production."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def test_check_deploy_is_clean_in_production():
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("BEHIND_TLS", "DEBUG", "SECOND_FACTOR_ROLES")
    } | {
        "REGULARS_ENV": "production",
        "REGULARS_READ_ENV_FILES": "0",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "members.example.com",
    }

    said = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (said.returncode, said.stderr) == (0, "")
