"""The operator console's frame: site, navigation, home, search. Pages live in each app's `admin`."""
