"""The operator console: Unfold's look and navigation."""

UNFOLD = {
    "SITE_TITLE": "Regulars",
    "SITE_HEADER": "Regulars",
}
