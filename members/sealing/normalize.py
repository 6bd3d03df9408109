"""Normal forms: two spellings of one identity become one text, and so one blind index.

`138 0013 8000`, `+86-138-0013-8000` and full-width digits are one phone.
"""

import re
import unicodedata
from collections.abc import Callable

import idna
import phonenumbers
from django.conf import settings

from members.errors import DomainError

_SEPARATORS = re.compile(r"[\s\-‐-―_.·]+")
_CARD = re.compile(r"[0-9A-Z]{4,24}")
_EMAIL_LOCAL = re.compile(r"[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f]{1,64}")
_OPAQUE = re.compile(r"[\x21-\x7e]{1,128}")
_HOST_LABELS = 2
_EMAIL_LENGTH = 254
_NAME_LENGTH = 120


class BadIdentity(DomainError):
    """A text that is no identity of its kind. `kind` and `reason` may be shown; the text not."""

    code = "bad_identity"

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}", kind=kind, reason=reason)
        self.kind = kind
        self.reason = reason


def phone(text: str, region: str | None = None) -> str:
    """E.164 (`+8613800138000`); a number without a country code belongs to `region`, by default
    the setting PHONENUMBER_DEFAULT_REGION.

    Raises: BadIdentity.
    Source: ITU-T E.164; libphonenumber for numbering plans.
    """
    plain = _plain(text)
    # A letter would be read as a key of the telephone (1-800-FLOWERS): here it is a mistake.
    if not plain or any(letter.isalpha() for letter in plain):
        raise BadIdentity("PHONE", "not_a_number")
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    try:
        number = phonenumbers.parse(plain, region or settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        raise BadIdentity("PHONE", "not_a_number") from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise BadIdentity("PHONE", "not_in_numbering_plan")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(text: str) -> str:
    """NFKC, case-folded, the domain as IDNA (`li@xn--fiqs8s.cn`).

    Folding the local part too is a decision: no provider in use tells `Li@` from `li@`.

    Raises: BadIdentity.
    Source: RFC 5321 (lengths), RFC 5891 and UTS 46 (domain), UAX 15 (NFKC).
    """
    local, _, domain = _plain(text).casefold().rpartition("@")
    # Folding may decompose: ẞ and the like.
    local = unicodedata.normalize("NFKC", local)
    well_formed = _EMAIL_LOCAL.fullmatch(local) and not (
        local.startswith(".") or local.endswith(".") or ".." in local
    )
    if not well_formed:
        raise BadIdentity("EMAIL", "not_an_address")
    address = f"{local}@{_ascii_domain(domain)}"
    if len(address) > _EMAIL_LENGTH:
        raise BadIdentity("EMAIL", "too_long")
    return address


def email_loose(text: str) -> str:
    """The address without dots and `+tag` in its local part: for finding likely doubles.

    Raises: BadIdentity.
    """
    local, _, domain = email(text).rpartition("@")
    name = local.partition("+")[0].replace(".", "")
    # "+news@…" has no name before its tag: nothing to loosen.
    return f"{name or local}@{domain}"


def card(text: str) -> str:
    """Upper-case letters and digits, no separators.

    Raises: BadIdentity.
    """
    plain = _SEPARATORS.sub("", _plain(text)).upper()
    if not _CARD.fullmatch(plain):
        raise BadIdentity("CARD", "not_a_card_number")
    return plain


def openid(text: str) -> str:
    """The id as the platform gave it: openids are opaque and tell upper from lower case.

    Raises: BadIdentity.
    """
    return _opaque("WECHAT_OPENID", text)


def name(text: str) -> str:
    """NFKC, case-folded, inner spaces collapsed, outer ones gone; may come out empty."""
    folded = unicodedata.normalize("NFKC", _plain(text).casefold())
    return " ".join(folded.split())[:_NAME_LENGTH]


def name_first(text: str) -> str:
    """The first character of the normal form: the surname of most Chinese names."""
    return name(text)[:1]


def identity(kind: str, text: str) -> str:
    """The normal form of an identity of that kind.

    Raises: BadIdentity, also for an unknown kind.
    """
    normal_form = _BY_KIND.get(kind)
    if normal_form is None:
        raise BadIdentity(kind, "unknown_kind")
    return normal_form(text)


def _plain(text: str) -> str:
    """NFKC (full-width to ASCII), without outer space and invisible characters."""
    visible = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFKC", visible).strip()


def _ascii_domain(domain: str) -> str:
    try:
        ascii_domain = idna.encode(domain.rstrip("."), uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise BadIdentity("EMAIL", "not_a_domain") from None
    if len(ascii_domain.split(".")) < _HOST_LABELS:
        raise BadIdentity("EMAIL", "not_a_domain")
    return ascii_domain


def _opaque(kind: str, text: str) -> str:
    plain = text.strip()
    if not _OPAQUE.fullmatch(plain):
        raise BadIdentity(kind, "not_an_id")
    return plain


_BY_KIND: dict[str, Callable[[str], str]] = {
    "CARD": card,
    "PHONE": phone,
    "EMAIL": email,
    "WECHAT_OPENID": openid,
    "WECHAT_UNIONID": lambda text: _opaque("WECHAT_UNIONID", text),
    "ALIPAY_UID": lambda text: _opaque("ALIPAY_UID", text),
    "EXTERNAL": lambda text: _opaque("EXTERNAL", text),
}
