"""What is shown where nobody has asked, with a right and a reason, for the whole value.

A mask keeps what a person needs to recognize a value and hides how long the rest is where the
length would tell (e-mail, names); text that has no known form is hidden whole.
"""

from collections.abc import Callable

_HIDDEN = "***"
_CHINESE_MOBILE_DIGITS = 11


def phone(value: str) -> str:
    """`138****8000`; of a foreign number the country code and the last two: `+44****56`.

    Takes E.164 or a national number.
    """
    digits = value.removeprefix("+86")
    if len(digits) == _CHINESE_MOBILE_DIGITS and digits.isdigit() and digits[0] == "1":
        return f"{digits[:3]}****{digits[-4:]}"
    if len(value) < 8:
        return _HIDDEN
    return f"{value[:3]}****{value[-2:]}"


def name(value: str) -> str:
    """`张*` for a Chinese name (its first character), `J*** S***` for a spaced one."""
    words = value.split()
    if not words:
        return ""
    if _is_han(words[0][0]):
        return words[0][0] + "*"
    return " ".join(word[0] + _HIDDEN for word in words)


def email(value: str) -> str:
    """`u***@d…`."""
    local, at, domain = value.rpartition("@")
    if not (local and at and domain):
        return _HIDDEN
    return f"{local[0]}{_HIDDEN}@{domain[0]}…"


def card(value: str) -> str:
    """`****1234`."""
    return f"****{value[-4:]}" if len(value) > 4 else _HIDDEN


def birthday(value: object) -> str:
    """`****-**-**`: a day tells too much together with a name."""
    return "****-**-**" if value else ""


def mask(kind: str, value: str) -> str:
    """The mask of a value of that kind; ids of platforms keep their last four characters."""
    return _BY_KIND.get(kind, _hide)(value)


def _hide(value: str) -> str:
    return _HIDDEN if value else ""


def _is_han(letter: str) -> bool:
    return "㐀" <= letter <= "鿿" or "豈" <= letter <= "﫿" or letter >= "\U00020000"


_BY_KIND: dict[str, Callable[[str], str]] = {
    "PHONE": phone,
    "EMAIL": email,
    "CARD": card,
    "NAME": name,
    "WECHAT_OPENID": card,
    "WECHAT_UNIONID": card,
    "ALIPAY_UID": card,
    "EXTERNAL": card,
}
