from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Wiring has no models; it is an app for its commands."""

    name = "config"
