"""What a ready text is, and how a coupon is told in one."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Ready:
    """`code` of the recipe; its template is called `recipe-<code>`."""

    code: str
    name_zh: str
    name_en: str
    subject_zh: str
    subject_en: str
    body_zh: str
    body_en: str


HELLO_ZH = "{{ name | default: '亲爱的会员' }}，您好！"
HELLO_EN = "Hello{% if name %} {{ name }}{% endif %},"
# A line that is there only where the journey gave a coupon.
COUPON_ZH = (
    "{% if coupon_code %}\n送您「{{ coupon }}」，券码 {{ coupon_code }}，"
    "有效期至{{ coupon_until | day }}，已放入卡包。{% endif %}"
)
COUPON_EN = (
    "{% if coupon_code %}\n'{{ coupon }}' is already in your wallet: code {{ coupon_code }}, "
    "good through {{ coupon_until | day }}.{% endif %}"
)
