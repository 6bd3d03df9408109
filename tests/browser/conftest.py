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
from django.contrib.staticfiles import handlers
from django.db import connections
from playwright.sync_api import Browser, Page, Playwright, Request, Response, sync_playwright
from pytest_django.live_server_helper import LiveServer

from config.local.checks import browser as chromium

HERE = Path(__file__).parent
REQUIRED = os.environ.get("REGULARS_REQUIRE_BROWSER") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if chromium() is None and not REQUIRED:
                item.add_marker(pytest.mark.skip(reason="BROWSER TESTS DON'T RUN: no Chromium"))


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright, for this folder only and not, as the plugin has it, to the end of the process.

    Its event loop makes Django refuse the database until it is told otherwise, and gives the
    process other connections as long as it runs; tests that fork must not meet either.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as started:
        yield started
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.fail("REGULARS_REQUIRE_BROWSER=1, but no Chromium is found")
    # The sandbox of Chromium refuses to run as root, as CI does.
    options = ["--no-sandbox", "--disable-dev-shm-usage"]
    launched = playwright.chromium.launch(executable_path=program, args=options)
    yield launched
    launched.close()


@pytest.fixture(scope="package")
def live_server() -> Iterator[LiveServer]:
    """The product with its files as it serves them itself, which browsers may keep."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers, "StaticFilesHandler", _as_the_product)
        server = LiveServer("localhost")
    yield server
    server.stop()


def _as_the_product(application: Any) -> Any:
    return application


@pytest.fixture(scope="package")
def browser_context_args() -> dict[str, Any]:
    return {
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 900},
    }


@pytest.fixture(scope="module")
def kept_context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Any]:
    """One for a module, so that scripts and styles are fetched once."""
    made = browser.new_context(**browser_context_args)
    yield made
    made.close()


@pytest.fixture
def context(kept_context: Any, live_server: LiveServer) -> Iterator[Any]:
    """Nothing goes from one test to the next: no cookie, no open page, nothing stored."""
    yield kept_context
    for left in kept_context.pages:
        left.close()
    kept_context.clear_cookies()
    sweeper = kept_context.new_page()
    sweeper.goto(f"{live_server.url}/livez")
    sweeper.evaluate("localStorage.clear()")
    sweeper.close()


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
