from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from members import events, subscribers  # noqa: F401
        from members.admin import panels
        from members.registry import panels as registry
        from members.services import nights

        panels.register()
        registry.add_job_kind(nights.KIND, nights.steps)
