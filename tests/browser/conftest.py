"""A real Chromium for the tests of this folder: Debian's, since no other can be downloaded.

A test takes `live_server` and `page`. It fails on any error of the page, any answer from 400 on
and any request to another host; `watch.allowed_statuses` makes room for a refusal that is meant.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Response

from config.local.checks import browser as chromium

HERE = Path(__file__).parent
REQUIRED = os.environ.get("REGULARS_REQUIRE_BROWSER") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one process, because Playwright's event loop makes Django refuse its database there
    until it is told otherwise."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if chromium() is None and not REQUIRED:
                item.add_marker(pytest.mark.skip(reason="BROWSER TESTS DON'T RUN: no Chromium"))


@pytest.fixture(scope="session", autouse=True)
def _database_beside_an_event_loop() -> None:
    # To the end of this process: Playwright's loop stays until then.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    program = chromium()
    if program is None:
        pytest.fail("REGULARS_REQUIRE_BROWSER=1, but no Chromium is found")
    # The sandbox of Chromium refuses to run as root, as CI does.
    options = ["--no-sandbox", "--disable-dev-shm-usage"]
    return {**browser_type_launch_args, "executable_path": program, "args": options}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 900},
    }


@dataclass
class Watch:
    """What went wrong on a page while a test drove it."""

    host: str
    allowed_statuses: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def on_page_error(self, error: object) -> None:
        self.faults.append(f"page error: {error}")

    def on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.netloc != self.host:
            self.faults.append(f"request to another host: {request.url}")

    def on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed_statuses:
            self.faults.append(f"{response.status}: {response.url}")


@pytest.fixture
def watch(live_server: Any) -> Watch:
    return Watch(host=urlsplit(live_server.url).netloc)


@pytest.fixture
def page(page: Page, watch: Watch) -> Iterator[Page]:
    """Playwright's page, watched from the first request to the last."""
    page.on("pageerror", watch.on_page_error)
    page.on("request", watch.on_request)
    page.on("response", watch.on_response)
    page.set_default_timeout(15_000)
    yield page
    assert watch.faults == []
