"""The text of the certificate that a member was erased, in both languages.

Fixed words of its own, not those of the catalogs: the digest must stay what it was whichever
translation a later release brings.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

CHINESE, ENGLISH = "zh-hans", "en"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a certificate says. `counts` by table; `asked_on` and `due_on` are None for an erasure
    that nobody asked for (a replay after a restore)."""

    erasure: str
    member: str
    request: str = ""
    asked_on: date | None = None
    due_on: date | None = None
    erased_at: datetime
    counts: Mapping[str, int]


def text(facts: Facts, language: str) -> str:
    """The certificate in one language, in lines."""
    lines = _chinese(facts) if language == CHINESE else _english(facts)
    return "\n".join(lines)


def digest(facts: Facts) -> str:
    """SHA-256, in hexadecimal digits, of the Chinese text, an empty line and the English text."""
    whole = f"{text(facts, CHINESE)}\n\n{text(facts, ENGLISH)}\n"
    return hashlib.sha256(whole.encode()).hexdigest()


def _chinese(facts: Facts) -> list[str]:
    asked = []
    if facts.asked_on and facts.due_on:
        asked = [
            f"删除请求：{facts.request}",
            f"收到日期：{facts.asked_on.isoformat()}；应于 {facts.due_on.isoformat()} 前完成",
        ]
    return [
        "个人信息删除证明",
        f"证明编号：{facts.erasure}",
        f"会员标识：{facts.member}",
        *asked,
        f"删除时间：{_instant(facts.erased_at)}",
        "该会员的个人信息加密密钥已销毁，用该密钥加密的内容无法再被任何人读取。",
        "姓名、联系方式、生日、身份标识、查找索引、备注、消息内容及登录信息均已清除。",
        "订单与积分账目依法保留，但已无法关联到任何个人。",
        "处理的数据（表：行数）：",
        *_counts(facts),
    ]


def _english(facts: Facts) -> list[str]:
    asked = []
    if facts.asked_on and facts.due_on:
        asked = [
            f"Request for deletion: {facts.request}",
            f"Received: {facts.asked_on.isoformat()}; due by {facts.due_on.isoformat()}",
        ]
    return [
        "Certificate of erasure of personal data",
        f"Certificate: {facts.erasure}",
        f"Member: {facts.member}",
        *asked,
        f"Erased: {_instant(facts.erased_at)}",
        "The key that sealed this member's personal data was destroyed: nobody can open it again.",
        "Names, contacts, birthday, identities, indexes, notes, texts and log-ins were removed.",
        "Orders and the ledger of points are kept as the law asks, and lead to no person any more.",
        "What was removed or emptied (table: rows):",
        *_counts(facts),
    ]


def _counts(facts: Facts) -> list[str]:
    return [f"- {table}: {count}" for table, count in sorted(facts.counts.items())]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
