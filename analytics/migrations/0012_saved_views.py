"""Filters of dashboards under a name; changes of them are recorded."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0011_counted_facts"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("members", "0026_trail_forgets_the_erased"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dashboard", models.CharField(max_length=40, verbose_name="dashboard")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("query", models.CharField(blank=True, max_length=2000, verbose_name="filters")),
                (
                    "sharing",
                    models.CharField(
                        choices=[
                            ("PRIVATE", "Only me"),
                            ("ROLE", "One role"),
                            ("EVERYONE", "Everybody who sees dashboards"),
                        ],
                        default="PRIVATE",
                        max_length=8,
                        verbose_name="who sees it",
                    ),
                ),
                ("saved_at", models.DateTimeField(editable=False, verbose_name="saved")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saved by",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="auth.group",
                        verbose_name="role",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "permissions": [("share_savedview", "Can share views of dashboards")],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "dashboard", "name"), name="view_named_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role__isnull", False), ("sharing", "ROLE")),
                            models.Q(
                                models.Q(("sharing", "ROLE"), _negated=True), ("role__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="view_shared_with_a_role_names_it",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT members_track_changes('analytics_savedview');", migrations.RunSQL.noop
        ),
    ]
