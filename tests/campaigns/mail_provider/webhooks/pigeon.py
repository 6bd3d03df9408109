"""Reads what a mail provider posts, as modules of the extra "mail" do; the form is our own."""

import json
from datetime import datetime
from types import SimpleNamespace


class PigeonTrackingWebhookView:
    def run_validators(self, request):
        if request.headers.get("Authorization") == "Basic wrong":
            raise PermissionError

    def parse_events(self, request):
        return [self._event(**one) for one in json.loads(request.body)]

    def _event(self, event_type, message_id="m-1", at=None, **told):
        return SimpleNamespace(
            event_type=event_type,
            message_id=message_id,
            timestamp=datetime.fromisoformat(at) if at else None,
            event_id=told.get("event_id"),
            reject_reason=told.get("reject_reason"),
            mta_response=told.get("mta_response"),
        )


class PigeonInboundWebhookView:
    """Of no use here."""
