"""Catalogs of the two languages, made without gettext: Babel reads the sources, polib writes."""
