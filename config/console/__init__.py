"""The operator console: site, navigation, home, search. Pages live in each app's `admin`."""
