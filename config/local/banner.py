"""What `make demo` prints when it is ready: where to look, as whom, and four lines to paste."""

import json
import shlex
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

RULE = "─" * 78
# Tells the order's own id from those of the rules that it was judged by.
_UUID = "[0-9a-f]{8}-[0-9a-f-]{27}"
_WORD = '[^"]+'


def text(*, base_url: str, access: dict[str, Any], at: datetime, folder: Path) -> str:
    """The whole banner. `access` is what the demo's loader left in `access.json`."""
    parts = [RULE, "Regulars is running. Ctrl-C ends it; the data stay.", "", *_urls(base_url)]
    if access.get("logins"):
        parts += ["", "Log in as", *_table(access["logins"])]
    if access.get("client") and access.get("sample"):
        parts += ["", "The API, as a till uses it: paste these four lines, one after the other"]
        parts += curl_lines(base_url=base_url, access=access, at=at)
    parts += ["", f"Logs: {folder.name}/logs   Begin anew: make demo RESET=1", RULE]
    return "\n".join(parts)


def _urls(base_url: str) -> list[str]:
    return [
        f"  Console      {base_url}/console/",
        f"  API          {base_url}/api/docs/",
        f"  Readiness    {base_url}/readyz",
    ]


def _table(logins: list[dict[str, str]]) -> list[str]:
    columns = ("role", "username", "password")
    rows = [{column: str(login.get(column, "")) for column in columns} for login in logins]
    widths = {column: max(_width(row[column]) for row in rows) for column in columns}
    return [
        "  " + "   ".join(_padded(row[column], widths[column]) for column in columns).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """Columns of the terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def curl_lines(*, base_url: str, access: dict[str, Any], at: datetime) -> list[str]:
    """Token, order, the same order again, refund. Nothing but curl and sed is needed."""
    client = access["client"]
    scopes = client["scopes"]
    scope = scopes if isinstance(scopes, str) else " ".join(scopes)
    stamp = at.strftime("%Y%m%d-%H%M%S")
    order = _quoted(_order(access["sample"], stamp=stamp, at=at))
    refund = _quoted(_refund(access["sample"], stamp=stamp, at=at))
    bearer = """-H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json'"""
    orders = f"{base_url}/api/v1/orders"
    key = f"-H 'Idempotency-Key: demo-{stamp}'"
    token = (
        f"TOKEN=$(curl -s {base_url}/oauth/token/ -d grant_type=client_credentials"
        f" -d client_id={client['id']}"
        f" --data-urlencode {shlex.quote('client_secret=' + client['secret'])}"
        f" --data-urlencode {shlex.quote('scope=' + scope)}"
        f""" {_value("access_token", _WORD)}); echo "$TOKEN\""""
    )
    first = (
        f"""BODY={order}; ORDER=$(curl -s {orders} {bearer} {key} -d "$BODY" """
        f"""| tee /dev/stderr {_value("id", _UUID)}); echo"""
    )
    again = f"""curl -si {orders} {bearer} {key} -d "$BODY"; echo"""
    back = (
        f"curl -s {orders}/$ORDER/refunds {bearer} -H 'Idempotency-Key: demo-refund-{stamp}'"
        f" -d {refund}; echo"
    )
    return [token, first, again, back]


def _value(name: str, form: str) -> str:
    """A pipe that keeps the value of `name` that has this form in a JSON answer."""
    return f"""| sed -E 's/.*"{name}": *"({form})".*/\\1/'"""


def _order(sample: dict[str, Any], *, stamp: str, at: datetime) -> dict[str, Any]:
    amount = sample["unit_price_amount"]
    line = {
        "line_id": "1",
        "sku": sample["sku"],
        "name": sample["product_name"],
        "quantity": "1",
        "unit_price_amount": amount,
        "discount_amount": 0,
        "net_amount": amount,
    }
    return {
        "external_id": f"DEMO-{stamp}",
        "channel": sample.get("channel", "pos"),
        "store": sample["store"],
        "member": {"type": "phone", "value": sample["phone"]},
        "occurred_at": at.isoformat(timespec="seconds"),
        "currency": sample["currency"],
        "lines": [line],
        "paid": [{"method": "wechat_pay", "kind": "MONEY", "amount": amount}],
    }


def _refund(sample: dict[str, Any], *, stamp: str, at: datetime) -> dict[str, Any]:
    line = {"line_id": "1", "quantity": "1", "refund_amount": sample["unit_price_amount"]}
    return {
        "external_id": f"DEMO-{stamp}-R1",
        "occurred_at": at.isoformat(timespec="seconds"),
        "lines": [line],
        "reason": "changed mind",
    }


def _quoted(body: dict[str, Any]) -> str:
    """JSON between single quotes, safe to paste into a shell."""
    return "'" + json.dumps(body, ensure_ascii=False).replace("'", "\\u0027") + "'"
