"""What all views of channels share."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from members.selectors.clients import Client

_JSON = frozenset({"*/*", JSONRenderer.media_type})
_RENDERER = JSONRenderer()


class ChannelView(APIView):
    """A view for channel applications: bearer token, scopes, rate, problems in JSON.

    `required_scopes` says, by method, which scopes a token needs.
    """

    required_scopes: ClassVar[Mapping[str, Sequence[str]]]

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """JSON. What tills ask for is answered at once: to weigh it takes longer than to quote."""
        if request.META.get("HTTP_ACCEPT", "*/*") in _JSON:
            return _RENDERER, JSONRenderer.media_type
        return super().perform_content_negotiation(request, force)


def client_of(request: Request) -> Client:
    """The client that calls."""
    client = request.user
    assert isinstance(client, Client)
    return client
