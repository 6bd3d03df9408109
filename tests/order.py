"""The order of test files: what takes long begins first, so that no process ends long after others.

pytest-xdist would begin with the files of most tests, which leaves the longest for the end: those
that drive a browser, load the demo or wait for other processes.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Set
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


# Of three processes one at a time drives a browser: two would make each other wait.
OTHERS_BESIDE = 2


def longest_first(items: list[pytest.Item]) -> None:
    """Sorts files, and leaves the tests of a file as they are. Files with a browser are dealt among
    the others, so that seldom two of them are at work at once."""
    seconds: dict[Path, float] = defaultdict(float)
    for item in items:
        seconds[item.path] += SECONDS.get(item.path.name) or SECONDS.get(_part(item), SHORT)
    with_browser = {item.path for item in items if _part(item) == "browser"}
    place = {path: number for number, path in enumerate(_dealt(seconds, with_browser))}
    items.sort(key=lambda item: place[item.path])


def _dealt(seconds: Mapping[Path, float], with_browser: Set[Path]) -> Iterator[Path]:
    """By what was dealt so far: of browsers one second for each two of the others."""
    longest = sorted(seconds, key=lambda path: (-seconds[path], str(path)))
    browsers = deque(path for path in longest if path in with_browser)
    others = deque(path for path in longest if path not in with_browser)
    ahead = 0.0
    while browsers or others:
        is_browser = bool(browsers) and (ahead >= 0 or not others)
        path = browsers.popleft() if is_browser else others.popleft()
        ahead += -seconds[path] * OTHERS_BESIDE if is_browser else seconds[path]
        yield path


def _part(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0] if TESTS in item.path.parents else ""
