"""This app is the bottom: it tells and hears nothing."""
