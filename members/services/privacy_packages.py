"""The package that a member takes along: a ZIP with JSON and CSV of each section, and a manifest.

GDPR art. 20 and PIPL art. 45 ask for a form that people and machines read. Each section of the
registry is read once, row by row; the package is made in memory, so that nothing of it lies on a
disk in clear, and is refused above a bound.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from members.errors import DomainError
from members.registry import privacy
from members.registry.privacy import ExportSection
from members.rules import csv_cells

# Of all files together, before they are compressed.
MOST_BYTES = 64 * 1024 * 1024
# What a spreadsheet in Chinese needs to read the text as Unicode.
_MARK = "\ufeff"


class PackageTooLarge(DomainError):
    """This member's data are too large for one package; the operations manual says what to do."""

    code = "package_too_large"


@dataclass(frozen=True)
class Package:
    """The ZIP, and how many rows of each section it holds."""

    content: bytes
    rows: Mapping[str, int]


@dataclass
class _Writer:
    """A ZIP being written, with its manifest and what it took so far."""

    archive: zipfile.ZipFile
    most_bytes: int
    files: list[dict[str, Any]] = field(default_factory=list)
    size_bytes: int = 0

    def check(self, more: int) -> None:
        if self.size_bytes + more > self.most_bytes:
            raise PackageTooLarge(most_bytes=self.most_bytes)

    def add(self, name: str, content: bytes, section: ExportSection, count: int) -> None:
        self.check(len(content))
        self.size_bytes += len(content)
        self.archive.writestr(name, content)
        self.files.append(
            {
                "name": name,
                "section": section.code,
                "title": str(section.title),
                "rows": count,
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )


def build(
    *,
    member_ids: Sequence[int],
    about: Mapping[str, str],
    at: datetime,
    most_bytes: int = MOST_BYTES,
) -> Package:
    """The package of these members (one person's cards); `about` heads the manifest.

    Raises: PackageTooLarge.
    """
    buffer = io.BytesIO()
    counts: dict[str, int] = {}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        writer = _Writer(archive, most_bytes)
        for section in privacy.export_sections():
            counts[section.code] = _write(section, member_ids, at, writer)
        manifest = {**about, "made_at": at.isoformat(), "files": writer.files}
        archive.writestr("manifest.json", _json(manifest, indent=2))
    return Package(buffer.getvalue(), counts)


def _write(section: ExportSection, member_ids: Sequence[int], at: datetime, writer: _Writer) -> int:
    lines, table = io.StringIO(), io.StringIO()
    table.write(_MARK)
    cells = csv.writer(table)
    cells.writerow(section.columns)
    count = 0
    for row in section.rows(member_ids, at):
        values = {name: row[name] for name in section.columns}
        lines.write(("," if count else "") + "\n" + _json(values))
        cells.writerow([csv_cells.shown(_cell(value)) for value in values.values()])
        count += 1
        if count % 1_000 == 0:
            writer.check(lines.tell() + table.tell())
    writer.add(f"{section.code}.json", f"[{lines.getvalue()}\n]\n".encode(), section, count)
    writer.add(f"{section.code}.csv", table.getvalue().encode(), section, count)
    return count


def _cell(value: Any) -> Any:
    return _json(value) if isinstance(value, dict | list | tuple) else value


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, indent=indent)
