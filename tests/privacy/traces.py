"""Looks for what must be nowhere: texts in clear, as hexadecimal digits and in base64."""

import base64
from collections.abc import Collection

from django.db import connection

from members.sealing import blind, normalize


def needles(texts: Collection[str], digests: Collection[bytes] = ()) -> list[bytes]:
    """Every form in which these could lie in a row, a file or a line of a log."""
    found: list[bytes] = []
    for text in texts:
        raw = text.encode()
        found += [raw, raw.hex().encode(), *_in_base64(raw)]
        # As JSON writes it where it keeps to ASCII.
        found.append(text.encode("ascii", "backslashreplace"))
    return [*found, *(digest.hex().encode() for digest in digests)]


def digests_of(identities: Collection[tuple[str, str]], names: Collection[str]) -> list[bytes]:
    """The blind indexes over these: an index left behind finds who was erased."""
    found = [blind.index(kind, normalize.identity(kind, value)) for kind, value in identities]
    tails = [blind.last_four(kind, normalize.identity(kind, value)) for kind, value in identities]
    found += [tail for tail in tails if tail is not None]
    return found + [blind.index("name_whole", normalize.name(name)) for name in names]


def in_tables(wanted: Collection[bytes]) -> dict[str, int]:
    """How many rows of which tables hold one of `wanted`. A row cast to text shows bytes as hex."""
    found = {}
    patterns = [f"%{one.decode()}%" for one in wanted]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT count(*) FROM {name} AS held WHERE held::text LIKE ANY(%s)",
                [patterns],
            )
            if rows := cursor.fetchone()[0]:
                found[table] = rows
    return found


def in_bytes(content: bytes, wanted: Collection[bytes]) -> list[bytes]:
    return [one for one in wanted if one in content]


def _in_base64(raw: bytes) -> list[bytes]:
    """The text at each of the three places within base64's groups, without its edges."""
    found = []
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        first = -(-shift * 8 // 6)
        last = (shift + len(raw)) * 8 // 6
        found.append(encoded[first:last])
    return found
