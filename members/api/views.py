"""What all views of channels share."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from members.selectors.clients import Client


class ChannelView(APIView):
    """A view for channel applications: bearer token, scopes, rate, problems in JSON.

    `required_scopes` says, by method, which scopes a token needs.
    """

    required_scopes: ClassVar[Mapping[str, Sequence[str]]]


def client_of(request: Request) -> Client:
    """The client that calls."""
    client = request.user
    assert isinstance(client, Client)
    return client
