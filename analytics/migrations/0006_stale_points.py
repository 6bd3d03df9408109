"""The database notes what moves in the ledger; all that stands is computed by the next refresh."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
FORGET_POINTS = "DROP TRIGGER note_points ON loyalty_ledgerentry; DROP FUNCTION analytics_note_points"


class Migration(migrations.Migration):

    dependencies = [
        ('loyalty', '0027_merge_taken_back'),
        ('analytics', '0005_track_policies'),
    ]

    operations = [
        migrations.CreateModel(
            name='StalePoints',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moved_at', models.DateTimeField(verbose_name='moved')),
                ('kind', models.CharField(max_length=12, verbose_name='kind')),
                ('reason', models.CharField(max_length=40, verbose_name='reason')),
                ('points', models.BigIntegerField(verbose_name='points')),
                ('entries_count', models.IntegerField(verbose_name='entries')),
            ],
            options={
                'verbose_name': 'points to add up',
                'verbose_name_plural': 'points to add up',
            },
        ),
        migrations.RunSQL((SQL / "stale_points.sql").read_text(), FORGET_POINTS),
        migrations.RunSQL((SQL / "all_stale.sql").read_text(), migrations.RunSQL.noop),
    ]
