"""How orders came in. The data knows tills alone; the demo invents the rest, by household."""

from dataclasses import dataclass

from config.demo.editions import Edition
from config.demo.people import Dice


@dataclass(frozen=True)
class Way:
    """A channel; of a digital household's orders, `share` percent come through it."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    share: int


POS = Way("pos", "POS", "门店收银", "Store till", 35)
WAYS = (
    POS,
    Way("mini-program", "MINI_PROGRAM", "微信小程序", "Mini-program", 35),
    Way("app", "APP", "手机应用", "App", 20),
    Way("web", "WEB", "网上商城", "Web shop", 10),
)
_DIGITAL_HOUSEHOLDS = 45
METHODS = {
    "pos": ("wechat_pay", "alipay", "card", "cash"),
    "mini-program": ("wechat_pay",),
    "app": ("alipay", "wechat_pay"),
    "web": ("alipay", "card"),
}


def ways(edition: Edition) -> tuple[Way, ...]:
    return WAYS if edition.is_invented else (POS,)


def code_of(basket: int, household: int, *, edition: Edition) -> str:
    """The channel of one order: always the till for six in ten households of the demo."""
    if not edition.is_invented:
        return POS.code
    if not Dice(household, about="channel").percent("digital", _DIGITAL_HOUSEHOLDS):
        return POS.code
    left = Dice(basket, about="channel").number("way", 100)
    for way in WAYS:
        if left < way.share:
            return way.code
        left -= way.share
    raise AssertionError("the shares of the channels add up to 100")


def method_of(basket: int, channel: str, *, edition: Edition) -> str:
    """How the money was paid; the data doesn't say, and the demo invents it."""
    if not edition.is_invented:
        return "unknown"
    return Dice(basket, about="method").one_of("method", METHODS[channel])
