"""What is sold: SKU, department, brand and a name in two languages.

The data names kinds ("FRZN ICE"), not goods. The full load keeps its words. The demo gives each
product its kind in both languages, an invented brand by manufacturer, and a size in metric.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.demo.editions import Edition

if TYPE_CHECKING:
    import pandas as pd

PRIVATE = "Private"
_OWN_BRAND = ("常客优选", "Regulars Select")
_BRANDS = (
    ("山泉", "Spring Hill"), ("禾木", "Hemu"), ("北纬", "Northline"), ("青禾", "Green Ear"),
    ("拾味", "Ten Tastes"), ("悦朵", "Yueduo"), ("海屿", "Sea Isle"), ("谷仓", "The Barn"),
    ("朝露", "Morning Dew"), ("石磨坊", "Stone Mill"), ("远山", "Far Hills"), ("云朵", "Cloudlet"),
)  # fmt: skip
_SIZE = re.compile(r"^([\d.]+) ?(OZ|LB|ML|L|CT|GAL|PK)$")
_METRIC = {
    "OZ": (28.35, "克", "g"),
    "LB": (453.6, "克", "g"),
    "GAL": (3.785, "升", "L"),
    "ML": (1.0, "毫升", "ml"),
    "L": (1.0, "升", "L"),
    "CT": (1.0, "件", "ct"),
    "PK": (1.0, "包", "pack"),
}


@dataclass(frozen=True)
class Ware:
    """One product as the catalogue lists it. `category` is one text, shown in every language."""

    sku: str
    category: str
    brand: str
    name_zh: str
    name_en: str


def wares(frame: "pd.DataFrame", *, sold: list[int], edition: Edition) -> Iterator[Ware]:
    """Every product that was `sold`, in that order; 17 of the data's are in no catalogue."""
    known = frame[frame.index.isin(sold)].fillna("")
    rows = {int(row.Index): row for row in known.itertuples()}
    build = _invented if edition.is_invented else _plain
    for product in sold:
        row = rows.get(product)
        sku = sku_of(product, edition=edition)
        yield build(sku, row) if row else Ware(sku, "", "", "", f"Product {product}")


def sku_of(product: int, *, edition: Edition) -> str:
    return f"SK-{product}" if edition.is_invented else str(product)


def _plain(sku: str, row: Any) -> Ware:
    name = " ".join(filter(None, (row.product_type or row.department, row.package_size)))
    return Ware(sku, row.department, row.brand, "", name[:120])


def _invented(sku: str, row: Any) -> Ware:
    department = _words("departments").get(row.department, (row.department, row.department))
    kind = _words("categories").get(row.product_category, department)
    own = row.brand == PRIVATE
    brand = _OWN_BRAND if own else _BRANDS[int(row.manufacturer_id) % len(_BRANDS)]
    size = _size(row.package_size)
    return Ware(
        sku=sku,
        category=f"{department[0]} {department[1]}",
        brand=f"{brand[0]} {brand[1]}",
        name_zh=" ".join(filter(None, (brand[0], kind[0], size[0]))),
        name_en=" ".join(filter(None, (brand[1], kind[1].lower(), size[1]))),
    )


def _size(text: str) -> tuple[str, str]:
    """ "12 OZ" → ("340克", "340 g"); what isn't a plain size is left out."""
    found = _SIZE.match(text)
    if not found or not found[1].strip("."):
        return "", ""
    factor, unit_zh, unit_en = _METRIC[found[2]]
    count = float(found[1]) * factor
    number = f"{round(count, 1):g}" if count < 10 else str(round(count))
    return f"{number}{unit_zh}", f"{number} {unit_en}"


@cache
def _words(table: str) -> dict[str, tuple[str, str]]:
    lines = (Path(__file__).parent / f"{table}.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    return {word: (chinese, english) for word, chinese, english in rows}
