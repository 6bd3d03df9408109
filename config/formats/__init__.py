"""Dates and numbers as readers of each language write them; Django's own differ or lack some."""
