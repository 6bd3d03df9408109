"""The codes of a batch as a file: CSV line by line, or a workbook."""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from loyalty.models import Coupon, CouponBatch
from loyalty.selectors import coupon_batches
from loyalty.selectors.operations import safe

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet in Chinese needs to read the text as Unicode.
_MARK = "\ufeff"
_WIDTHS = (18, 24, 24, 12, 18, 18, 18)


def as_csv(batch: CouponBatch) -> Iterator[bytes]:
    """Lines of the file, read and told one after the other."""
    yield _MARK.encode()
    for row in _rows(batch):
        text = io.StringIO()
        csv.writer(text).writerow([safe(cell) for cell in row])
        yield text.getvalue().encode()


def as_xlsx(batch: CouponBatch) -> IO[bytes]:
    """An open temporary file at its beginning; rows are written as they are read. Cells are text:
    none is a formula or a link."""
    file: Any = tempfile.TemporaryFile()  # noqa: SIM115, the answer closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        sheet = book.add_worksheet()
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        for number, row in enumerate(_rows(batch)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    file.seek(0)
    return file


def name(batch: CouponBatch, kind: str) -> str:
    """`coupons-spring-12.csv`"""
    return f"coupons-{batch.type.code}-{batch.pk}.{kind}"


def _rows(batch: CouponBatch) -> Iterator[list[str]]:
    yield [
        _("Code"), _("Coupon type"), _("What for"), _("State"),
        _("Valid from"), _("Valid until"), _("Used at"),
    ]  # fmt: skip
    names = {code: str(label) for code, label in Coupon.State.choices}
    for one in coupon_batches.codes(batch_id=batch.pk):
        yield [
            one.code,
            batch.type.name,
            batch.note,
            names[one.state],
            _moment(one.valid_from),
            _moment(one.expires_at),
            _moment(one.redeemed_at),
        ]


def _moment(moment: datetime | None) -> str:
    """`2026-03-31 18:00`, in the shop's time: spreadsheets sort it."""
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
