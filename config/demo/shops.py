"""The shops: those of the data as they are, or a dozen invented ones in five cities."""

from dataclasses import dataclass

from config.demo.editions import Edition
from config.demo.people import Dice


@dataclass(frozen=True)
class Shop:
    """A store as the product knows it. `city` is written in both languages where invented."""

    code: str
    name_zh: str
    name_en: str
    city: str


INVENTED = (
    Shop("SH01", "静安寺店", "Jing'an Temple", "上海 Shanghai"),
    Shop("SH02", "徐家汇店", "Xujiahui", "上海 Shanghai"),
    Shop("SH03", "五角场店", "Wujiaochang", "上海 Shanghai"),
    Shop("SH04", "陆家嘴店", "Lujiazui", "上海 Shanghai"),
    Shop("BJ01", "国贸店", "Guomao", "北京 Beijing"),
    Shop("BJ02", "中关村店", "Zhongguancun", "北京 Beijing"),
    Shop("BJ03", "望京店", "Wangjing", "北京 Beijing"),
    Shop("HZ01", "西湖店", "West Lake", "杭州 Hangzhou"),
    Shop("HZ02", "滨江店", "Binjiang", "杭州 Hangzhou"),
    Shop("GZ01", "天河店", "Tianhe", "广州 Guangzhou"),
    Shop("GZ02", "珠江新城店", "Zhujiang New Town", "广州 Guangzhou"),
    Shop("CD01", "春熙路店", "Chunxi Road", "成都 Chengdu"),
)
# Of a hundred households so many live in each city.
_CITIES = (("SH", 38), ("BJ", 24), ("HZ", 14), ("GZ", 14), ("CD", 10))


def shops(edition: Edition, *, stores: list[int]) -> list[Shop]:
    """All shops of an edition; `stores` are the ids that the data names."""
    if edition.is_invented:
        return list(INVENTED)
    return [Shop(str(store), f"{store} 号店", f"Store {store}", "") for store in sorted(stores)]


def code_of(store: int, household: int, *, edition: Edition) -> str:
    """Where a household's basket from `store` was bought. In the demo a household stays in its
    city, and the stores that it went to become shops of that city."""
    if not edition.is_invented:
        return str(store)
    choices = [shop.code for shop in INVENTED if shop.code.startswith(_city(household))]
    return choices[store % len(choices)]


def _city(household: int) -> str:
    left = Dice(household, about="city").number("city", 100)
    for prefix, share in _CITIES:
        if left < share:
            return prefix
        left -= share
    raise AssertionError("the shares of the cities add up to 100")
