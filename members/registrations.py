"""What this app adds to its own registries of privacy; called by `apps.ready`."""

from django.utils.translation import gettext_lazy as _

from members.registry import panels, privacy
from members.services import erasure_steps, erasures, privacy_exports, privacy_sections


def register() -> None:
    erasure_steps.register()
    privacy_sections.register()
    panels.add_executor(
        panels.Executor(
            action=erasures.ACTION,
            label=_("Erase a member"),
            run=erasures.run_approved,
            version=erasures.version_of_target,
        )
    )
    panels.add_executor(
        panels.Executor(
            action=privacy_exports.ACTION,
            label=_("Export a member's data"),
            run=privacy_exports.run_approved,
            version=privacy_exports.version_of_target,
        )
    )
    panels.add_job_kind(privacy_exports.KIND, privacy_exports.run)
    privacy.add_retention(
        privacy.RetentionCategory(
            code=privacy_exports.CATEGORY,
            label=_("Packages of personal data"),
            default_days=privacy_exports.DEFAULT_DAYS,
            minimum_days=1,
            count=privacy_exports.count_old,
            remove=privacy_exports.empty_old,
        )
    )
