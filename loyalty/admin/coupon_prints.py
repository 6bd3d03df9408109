"""A batch's unused codes for the printer: labels or cards on A4, each with a QR code, a barcode
and the code itself to be typed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import segno
from barcode.codex import Code128
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from loyalty.admin import coupon_sentences, coupon_words
from loyalty.models import Coupon, CouponBatch
from loyalty.selectors import coupon_batches

# Empty modules on either side. Sources: ISO/IEC 15417 (bars), ISO/IEC 18004 (QR).
_BARS_QUIET = 10
_QR_QUIET = 4


@dataclass(frozen=True)
class Drawing:
    """A picture of one color for an inline SVG: `0 0 width height`, and the path."""

    width: int
    height: int
    path: str


@dataclass(frozen=True)
class Layout:
    """How many pieces are on a sheet, and how many sheets on a page of the browser."""

    code: str
    label: Any
    each_sheet: int
    sheets: int

    @property
    def each_page(self) -> int:
        return self.each_sheet * self.sheets


LABELS = Layout("labels", _("Labels, 70 × 37 mm, 24 a sheet"), 24, 5)
CARDS = Layout("cards", _("Cards, 85 × 54 mm, 10 a sheet"), 10, 10)
LAYOUTS = {layout.code: layout for layout in (LABELS, CARDS)}


def context(batch: CouponBatch, *, layout_code: str, page: str, at: datetime) -> dict[str, Any]:
    """What templates/console/coupon_print.html shows: one page of sheets."""
    layout = LAYOUTS.get(layout_code, LABELS)
    codes = coupon_batches.unused(batch_id=batch.pk, at=at)
    shown = Paginator(codes, layout.each_page).get_page(page)
    return {
        "batch": batch,
        "layout": layout,
        "layouts": LAYOUTS.values(),
        "page": shown,
        "sheets": list(_sheets(list(shown.object_list), layout.each_sheet)),
        "worth": coupon_sentences.head(batch.type),
    }


def _sheets(coupons: list[Coupon], size: int) -> Iterator[list[dict[str, Any]]]:
    for first in range(0, len(coupons), size):
        yield [_piece(coupon) for coupon in coupons[first : first + size]]


def _piece(coupon: Coupon) -> dict[str, Any]:
    # What the till scans is the code alone, in both.
    return {
        "code": coupon_words.grouped(coupon.code),
        "qr": qr(coupon.code),
        "bars": bars(coupon.code),
        "validity": coupon_sentences.between(coupon.valid_from, coupon.expires_at),
    }


def qr(code: str) -> Drawing:
    """The code as a QR code, with its quiet zone."""
    rows = segno.make(code, error="m", micro=False).matrix
    size = len(rows) + 2 * _QR_QUIET
    lines = [_path(row, across=_QR_QUIET, down=at) for at, row in enumerate(rows, _QR_QUIET)]
    return Drawing(size, size, "".join(lines))


def bars(code: str) -> Drawing:
    """The code in Code 128, with its quiet zone; it stretches to the size it is given."""
    modules = [int(module) for module in Code128(code).build()[0]]
    return Drawing(len(modules) + 2 * _BARS_QUIET, 1, _path(modules, across=_BARS_QUIET, down=0))


def _path(modules: Iterable[int], *, across: int, down: int) -> str:
    """A box for each run of dark modules of a row."""
    path, at = "", across
    for is_dark, run in groupby(modules):
        length = len(list(run))
        path += f"M{at} {down}h{length}v1h-{length}z" if is_dark else ""
        at += length
    return path
