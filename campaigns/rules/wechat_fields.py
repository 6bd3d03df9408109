"""What WeChat takes in the fields of a subscription message, by the kind in a field's name.

`thing1` is a field of kind `thing`. What is too long is cut where the kind bears it; else the
message would be refused whole (errcode 47003).
Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
"""

import re
from dataclasses import dataclass

_NAME = re.compile(r"([a-z_]+?)(\d{1,3})")
_DAY = r"\d{4}年\d{1,2}月\d{1,2}日"
_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}))?")


class Unfit(ValueError):
    """The field doesn't take this; `kind` says which kind of field it is."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Kind:
    """`most` characters; longer ones are cut where `is_cut`. `pattern`: all of it has this form."""

    most: int
    pattern: str = r"(?s).+"
    is_cut: bool = False


KINDS = {
    "thing": Kind(20, is_cut=True),
    "number": Kind(32, r"[+-]?\d+(\.\d+)?"),
    "letter": Kind(32, r"[A-Za-z]+"),
    "symbol": Kind(5, r"[^\w\s]+"),
    "character_string": Kind(32, r"[\x21-\x7e]+"),
    "time": Kind(40, rf"({_DAY} ?)?{_CLOCK}(~({_DAY} ?)?{_CLOCK})?"),
    "date": Kind(40, rf"{_DAY}( {_CLOCK})?(~{_DAY}( {_CLOCK})?)?"),
    "amount": Kind(14, r"[¥$€£]?-?\d{1,10}(\.\d{1,2})?元?"),
    "phone_number": Kind(17, r"[\d+() -]+"),
    "car_number": Kind(8, r"\S+"),
    "name": Kind(20, r"[\u4e00-\u9fff·]{1,10}|[^\u4e00-\u9fff\d]{1,20}"),
    "phrase": Kind(5, r"[\u4e00-\u9fff]{1,5}"),
    "const": Kind(20),
}


def kind_of(field: str) -> str:
    """`thing` of `thing1`; "" where the name is none of WeChat's."""
    match = _NAME.fullmatch(field)
    return match.group(1) if match and match.group(1) in KINDS else ""


def fit(field: str, value: str) -> str:
    """`value` as the field takes it: one line, cut, days and amounts in WeChat's way of writing.

    Raises: Unfit.
    """
    name = kind_of(field)
    if not name:
        raise Unfit(field)
    kind = KINDS[name]
    shown = _rewritten(name, " ".join(value.split()))
    if kind.is_cut and len(shown) > kind.most:
        shown = shown[: kind.most - 1] + "…"
    if len(shown) > kind.most or not re.fullmatch(kind.pattern, shown):
        raise Unfit(name)
    return shown


def _rewritten(kind: str, value: str) -> str:
    if kind in ("date", "time"):
        return _ISO.sub(_chinese_day, value)
    if kind in ("amount", "number"):
        return value.replace(",", "").replace("−", "-")
    return value


def _chinese_day(match: re.Match[str]) -> str:
    year, month, day, clock = match.groups()
    return f"{year}年{int(month)}月{int(day)}日" + (f" {clock}" if clock else "")
