"""Dashboards of the console: what they show is read by selectors, drawn and exported here.

How to add one: docs/development.md.
"""
