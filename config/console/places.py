"""A page of the sidebar, and the groups that pages stand in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse


@dataclass(frozen=True)
class Place:
    """A page of the sidebar. `badge` counts what waits there for this operator; a page with a
    `hint` stands on the home page of those who see no figures there."""

    title: Any
    icon: str
    url_name: str
    permission: str = ""
    badge: Callable[[HttpRequest], int] | None = None
    query: str = ""
    hint: Any = ""

    @property
    def link(self) -> str:
        url = address(self.url_name)
        return f"{url}?{self.query}" if self.query else url

    def is_open_to(self, request: HttpRequest) -> bool:
        return not self.permission or request.user.has_perm(self.permission)


@dataclass(frozen=True)
class Group:
    title: Any
    places: tuple[Place, ...]
    is_collapsible: bool = False


def address(url_name: str) -> str:
    """Where the page is: every page shows the addresses of all, and they never change."""
    return _address(url_name, get_script_prefix())


@cache
def _address(url_name: str, _prefix: str) -> str:
    return reverse(url_name)
