"""What `make demo` prints can be pasted."""

import json
import shlex
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from config.local import banner

ACCESS = {
    "logins": [
        {"role": "Clerk", "username": "clerk", "password": "clerk-word"},
        {"role": "店长", "username": "manager", "password": "manager-word"},
    ],
    "client": {"id": "till-1", "secret": "it's secret", "scopes": ["orders:write"]},
    "sample": {
        "phone": "13800138000",
        "store": "SH01",
        "sku": "SK-100",
        "product_name": "Mom's 面霜",
        "unit_price_amount": 17_900,
        "currency": "CNY",
    },
}
AT = datetime(2026, 11, 21, 14, 3, 11, tzinfo=UTC)


def lines() -> list[str]:
    return banner.curl_lines(base_url="http://127.0.0.1:8000", access=ACCESS, at=AT)


def test_there_are_four_lines_token_order_same_order_refund():
    token, order, again, refund = lines()
    assert "/oauth/token/" in token
    assert "/api/v1/orders " in order
    assert "/api/v1/orders " in again
    assert "/api/v1/orders/$ORDER/refunds " in refund


def test_a_shell_understands_the_lines():
    checked = subprocess.run(["/bin/sh", "-n"], input="\n".join(lines()), text=True, check=False)
    assert checked.returncode == 0


def test_the_order_is_one_piece_at_the_catalog_s_price_and_paid_in_full():
    body = json.loads(shlex.split(lines()[1])[0].removeprefix("BODY=").removesuffix(";"))
    assert body["external_id"] == "DEMO-20261121-140311"
    assert body["occurred_at"] == "2026-11-21T14:03:11+00:00"
    assert body["member"] == {"type": "phone", "value": "13800138000"}
    assert body["lines"][0]["name"] == "Mom's 面霜"
    assert body["lines"][0]["net_amount"] == 17_900
    assert body["paid"] == [{"method": "wechat_pay", "kind": "MONEY", "amount": 17_900}]


def test_the_order_s_id_is_found_wherever_it_stands_in_the_answer():
    pipe = lines()[1].partition("tee /dev/stderr ")[2].partition(");")[0].removeprefix("| ")
    order_id = "01a20070-5d41-7a1e-8967-e5f5aeb09c87"
    answer = {
        "account": {"active": 3},
        "id": order_id,
        "member": "01a2006e-7ed1-7dd5-8d68-a0ee30edaad0",
        "points": {"breakdown": [{"id": "rule:base", "points": 129}]},
    }
    for text in (json.dumps(answer), json.dumps(answer, separators=(",", ":"))):
        found = subprocess.run(
            ["/bin/sh", "-c", pipe], input=text, text=True, capture_output=True, check=True
        )
        assert found.stdout == order_id


def test_the_same_order_again_bears_the_same_key():
    _, order, again, _ = lines()
    assert "Idempotency-Key: demo-20261121-140311" in order
    assert "Idempotency-Key: demo-20261121-140311" in again


def test_the_table_lines_up_though_a_chinese_character_takes_two_columns():
    text = banner.text(
        base_url="http://127.0.0.1:8000", access=ACCESS, at=AT, folder=Path("/x/.demo")
    )
    assert "  Clerk   clerk     clerk-word\n  店长    manager   manager-word\n" in text


def test_without_people_only_the_addresses_are_shown():
    text = banner.text(base_url="http://h:1", access={}, at=AT, folder=Path("/x/.demo"))
    assert "http://h:1/console/" in text
    assert "curl" not in text
