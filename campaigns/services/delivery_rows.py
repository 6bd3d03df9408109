"""Many messages written back in one statement, with their texts sealed."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from campaigns.models import Delivery

_PLAIN = (
    ("state", "text"),
    ("reason", "text"),
    ("medium", "text"),
    ("not_before_at", "timestamptz"),
    ("claimed_at", "timestamptz"),
    ("sent_at", "timestamptz"),
    ("attempts", "smallint"),
    ("cost_amount", "int"),
)
_SEALED = ("subject", "body")


def write(deliveries: Sequence[Delivery]) -> None:
    """Writes what senders change, of rows that the caller holds locked."""
    if not deliveries:
        return
    columns: list[list[Any]] = [[one.pk for one in deliveries]]
    columns += [[getattr(one, name) for one in deliveries] for name, _ in _PLAIN]
    columns.append([json.dumps(one.tried) for one in deliveries])
    columns += [[_sealed(one, name) for one in deliveries] for name in _SEALED]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, columns)


def _sealed(delivery: Delivery, name: str) -> bytes:
    held = Delivery._meta.get_field(name).pre_save(delivery, False)  # type: ignore[union-attr]
    return b"" if held is None else bytes(held.raw)


_UPDATE = (
    "UPDATE campaigns_delivery d SET "  # noqa: S608
    + ", ".join(f"{name} = new.{name}" for name, _ in _PLAIN)
    + ", tried = new.tried::jsonb, subject = new.subject, body = new.body "
    + "FROM unnest(%s::bigint[], "
    + ", ".join(f"%s::{kind}[]" for _, kind in _PLAIN)
    + ", %s::text[], %s::bytea[], %s::bytea[]) AS new(id, "
    + ", ".join(name for name, _ in _PLAIN)
    + ", tried, subject, body) WHERE d.id = new.id"
)
