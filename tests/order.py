"""The order of test files: what takes long begins first, so that no process ends long after others.

pytest-xdist would begin with the files of most tests, which leaves the longest for the end: those
that drive a browser, load the demo or wait for other processes.
"""

from collections import defaultdict
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# About how long a test takes: by its file, or else by what lies in this folder.
SECONDS = {
    "test_deployment.py": 10.0,
    "test_audiences.py": 4.0,
    "browser": 3.0,
    "test_demo.py": 2.0,
    "test_authorization.py": 1.5,
    "demo": 1.2,
    "concurrency": 1.2,
    "test_store_scope.py": 1.2,
    "test_roles.py": 1.0,
    "test_as_of.py": 0.7,
    "config": 0.5,
    "privacy": 0.3,
    "console": 0.25,
    "analytics": 0.15,
    "api": 0.15,
    "loyalty": 0.1,
    "campaigns": 0.06,
    "test_docs.py": 0.01,
}
SHORT = 0.03


def longest_first(items: list[pytest.Item]) -> None:
    """Sorts files, and leaves the tests of a file as they are. Those with a browser follow one
    another: it is started once for all of them."""
    seconds: dict[Path, float] = defaultdict(float)
    for item in items:
        seconds[item.path] += SECONDS.get(item.path.name) or SECONDS.get(_part(item), SHORT)
    items.sort(key=lambda item: (_part(item) != "browser", -seconds[item.path], str(item.path)))


def _part(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0] if TESTS in item.path.parents else ""
