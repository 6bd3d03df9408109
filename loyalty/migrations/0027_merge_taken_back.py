"""Changes of a tier name the taking back of a merge as their reason."""

from django.db import migrations, models

REASONS = [
    ("JOINED", "Joined"),
    ("UPGRADE", "Reached the figures"),
    ("DOWNGRADE", "Fell below the figures"),
    ("RENEWAL", "Renewed"),
    ("HAND", "By hand"),
    ("INVITED", "Invited"),
    ("BOUGHT", "Bought with points"),
    ("GRACE", "Grace began"),
    ("RETURN", "Goods were returned"),
    ("DRAWN", "Among the best"),
    ("UNDRAWN", "No longer among the best"),
    ("ENDED", "Its time by hand was over"),
    ("MERGED", "Merged"),
    ("UNMERGED", "Merge taken back"),
]


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0026_changes_sql")]

    operations = [
        migrations.AlterField(
            model_name="tierchange",
            name="reason",
            field=models.CharField(choices=REASONS, max_length=10, verbose_name="reason"),
        )
    ]
