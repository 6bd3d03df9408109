from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoyaltyConfig(AppConfig):
    name = "loyalty"
    verbose_name = _("Loyalty")

    def ready(self) -> None:
        from loyalty import events, registrations, subscribers  # noqa: F401
        from loyalty.admin import (
            adjustments,
            behaviors,
            cells,
            order_fields,
            panels,
            sentences,
            tier_dialogs,
        )

        registrations.register()
        for part in (sentences, cells, panels, adjustments, order_fields, tier_dialogs, behaviors):
            part.register()
