from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = _("Analytics")

    def ready(self) -> None:
        from analytics import events, registrations, subscribers  # noqa: F401
        from analytics.admin import (
            member_fields,
            score_panel,
            segment_fields,
            segment_panel,
            segment_requests,
            sentences,
        )
        from analytics.admin.dashboards import prepared

        registrations.register()
        sentences.register()
        member_fields.register()
        segment_fields.register()
        score_panel.register()
        segment_panel.register()
        segment_requests.register()
        prepared.register()
