"""What people with bad intentions type, and whether it changed anything."""

from typing import Any

from django.db import connection

SQL = (
    "' OR 1=1 --",
    "'; DROP TABLE members_member; --",
    '" OR ""="',
    "1) UNION SELECT password FROM members_user --",
    "%' AND pg_sleep(5) IS NULL --",
)
MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)//'\"",
    "</textarea><b>bold</b>",
)
TEMPLATE = (
    "{{ 7 | times: 6 }}",
    "{% assign x = 1 %}{{ x }}",
    "{{ settings.SECRET_KEY }}",
    "%(name)s",
)
FORMULA = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")')
TEXTS = SQL + MARKUP + TEMPLATE + FORMULA

# What a body may never set: each is ours to decide.
FIELDS: dict[str, Any] = {
    "is_superuser": True,
    "is_staff": True,
    "pk": 1,
    "uid": "01890000-0000-7000-8000-000000000000",
    "state": "ERASED",
    "version": 99,
    "card_number": "1",
    "merged_into": 1,
    "active_points": 1_000_000,
    "balance": 1_000_000,
    "tier_code": "diamond",
    "approved_by": 1,
}


def fingerprints() -> dict[str, str]:
    """A digest of every table's rows."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        found = {}
        for name in sorted(names):
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(row::text, ',' ORDER BY row::text), ''))"
                f" FROM {connection.ops.quote_name(name)} AS row"
            )
            (found[name],) = cursor.fetchone()
    return found
