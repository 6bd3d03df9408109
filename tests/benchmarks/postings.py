"""The posting of one order as a script for pgbench: the same two statements as ours, their JSON
taken from a real order, with pgbench's numbers in place of what differs between orders."""

import uuid
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from loyalty.services import orders
from loyalty.services.documents import OrderDocument, Source
from members.models import Channel
from tests.benchmarks import shop

# What \gset fills from the answer of loyalty_open.
_READ = """\
BEGIN;
SELECT o->5->0->>1 AS version, o->8->>0 AS order_id, lpad(o->8->>0, 12, '0') AS hex
FROM (SELECT loyalty_open('{request}'::jsonb)::jsonb AS o) opened \\gset
SELECT loyalty_post('{batch}'::jsonb);
COMMIT;
"""


class _Rollback(Exception):
    pass


def script(made: shop.Shop, *, tag: str, at: datetime, lines: int = 1) -> str:
    """A pgbench script for random members. `tag` keeps the order numbers of runs apart."""
    request, batch, known = _captured(at, lines)
    replaced = {
        known["external_id"]: f"{tag}-:client_id-:n",
        known["digest"]: "0" * 57 + ":d",
        f'"id":{known["order_id"]},': '"id": :order_id,',
        f'"order_id":{known["order_id"]},': '"order_id": :order_id,',
        f'"source_id":{known["order_id"]},': '"source_id": :order_id,',
        f'"order:{known["order_id"]}:': '"order: :order_id:',
        f'"member_id":{known["member_id"]}': '"member_id": :m',
        f'"version":{known["version"]}': '"version": :version',
    }
    uids = {uid: f"0000000{number}-0000-7000-8000-:hex" for number, uid in enumerate(known["uids"])}
    for old, new in (replaced | uids).items():
        request, batch = request.replace(old, new), batch.replace(old, new)
    request = request.replace('"kind":"PHONE","issuer":""', '"kind":"EXTERNAL","issuer":"pgbench"')
    first, last = made.first_id, made.first_id + made.members - 1
    head = f"\\set n :n + 1\n\\set m random({first}, {last})\n\\set d {shop.DIGEST_OFFSET} + :m\n"
    return head + _READ.format(request=request, batch=batch)


def _captured(at: datetime, lines: int) -> tuple[str, str, dict[str, Any]]:
    """The two documents of an order that is then undone, and what of them is the order's own.

    One before it is kept, so that this process knows products and places as a server does.
    """
    first = shop.order(f"first-{uuid.uuid4().hex}", 0, lines=lines, occurred_at=at.isoformat())
    orders.record(order=msgspec.convert(first, OrderDocument), source=_source(), at=at)
    seen: list[str] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if "loyalty_" in sql and parameters:
            seen.append(parameters[0])
        return execute(sql, parameters, many, context)

    document = shop.order("captured", 0, lines=lines, occurred_at=at.isoformat())
    try:
        with transaction.atomic(), connection.execute_wrapper(note):
            orders.record(order=msgspec.convert(document, OrderDocument), source=_source(), at=at)
            raise _Rollback
    except _Rollback:
        pass
    request, batch = seen[-2:]
    return request, batch, _known(msgspec.json.decode(request), msgspec.json.decode(batch))


def _known(request: dict[str, Any], batch: dict[str, Any]) -> dict[str, Any]:
    order, account = batch["orders"][0], batch["accounts"][0]
    return {
        "external_id": "captured",
        "digest": request["identities"][0]["digest"],
        "order_id": order["id"],
        "member_id": account["member_id"],
        "version": account["version"],
        "uids": [order["uid"], *(event["uid"] for event in batch["events"])],
    }


def _source() -> Source:
    return Source(name=shop.SOURCE, channel=Channel.objects.get(code="pos").code)
