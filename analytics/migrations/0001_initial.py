import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import members.ids
import members.sealing.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from members.tables import MakeTables
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('members', '0002_members'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        MakeTables([
            migrations.CreateModel(
                name='MemberMetrics',
                fields=[
                    ('member', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='members.member')),
                    ('first_day', models.DateField(verbose_name='first purchase day')),
                    ('second_day', models.DateField(null=True, verbose_name='second purchase day')),
                    ('last_day', models.DateField(verbose_name='last purchase day')),
                    ('purchase_days_count', models.IntegerField(verbose_name='purchase days')),
                    ('orders_count', models.IntegerField(verbose_name='paid orders')),
                    ('net_amount', models.BigIntegerField(verbose_name='net sales')),
                    ('gap_days', models.DecimalField(decimal_places=1, max_digits=7, null=True, verbose_name='median gap, days')),
                ],
                options={
                    'verbose_name': 'metrics of a member',
                    'verbose_name_plural': 'metrics of members',
                },
            ),
            migrations.CreateModel(
                name='MemberScore',
                fields=[
                    ('member', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='members.member')),
                    ('as_of_on', models.DateField(verbose_name='as of')),
                    ('recency_days', models.IntegerField(null=True, verbose_name='days since the last order')),
                    ('window_orders_count', models.IntegerField(default=0, verbose_name='paid orders in the window')),
                    ('window_net_amount', models.BigIntegerField(default=0, verbose_name='net sales in the window')),
                    ('gap_days', models.DecimalField(decimal_places=1, max_digits=7, null=True, verbose_name='median gap, days')),
                    ('year_orders_count', models.IntegerField(default=0, verbose_name='paid orders in 365 days')),
                    ('year_net_amount', models.BigIntegerField(default=0, verbose_name='net sales in 365 days')),
                    ('r_score', models.SmallIntegerField(null=True, verbose_name='R')),
                    ('f_score', models.SmallIntegerField(null=True, verbose_name='F')),
                    ('m_score', models.SmallIntegerField(null=True, verbose_name='M')),
                    ('engagement_score', models.SmallIntegerField(null=True, verbose_name='engagement')),
                    ('service_score', models.SmallIntegerField(null=True, verbose_name='service')),
                    ('rfm_4', models.CharField(blank=True, max_length=20, verbose_name='RFM, 4 classes')),
                    ('rfm_8', models.CharField(blank=True, max_length=20, verbose_name='RFM, 8 classes')),
                    ('rfm_10', models.CharField(blank=True, max_length=20, verbose_name='RFM, 10 segments')),
                    ('stage', models.CharField(blank=True, max_length=20, verbose_name='life-cycle stage')),
                    ('value_class', models.CharField(blank=True, max_length=20, verbose_name='value class')),
                    ('customer_class', models.CharField(blank=True, max_length=20, verbose_name='customer class')),
                    ('health', models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='health')),
                    ('health_before', models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='health the night before')),
                ],
                options={
                    'verbose_name': 'scores of a member',
                    'verbose_name_plural': 'scores of members',
                },
            ),
            migrations.CreateModel(
                name='Scorecard',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name_zh', models.CharField(blank=True, max_length=120, verbose_name='name in Chinese')),
                    ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ],
                options={
                    'verbose_name': 'scorecard',
                    'verbose_name_plural': 'scorecards',
                },
            ),
            migrations.CreateModel(
                name='StaleDay',
                fields=[
                    ('day', models.DateField(primary_key=True, serialize=False, verbose_name='day')),
                ],
                options={
                    'verbose_name': 'day to compute anew',
                    'verbose_name_plural': 'days to compute anew',
                },
            ),
            migrations.CreateModel(
                name='StaleMember',
                fields=[
                    ('member', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='members.member')),
                ],
                options={
                    'verbose_name': 'member to compute anew',
                    'verbose_name_plural': 'members to compute anew',
                },
            ),
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
            migrations.CreateModel(
                name='AnalyticsPolicy',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('rfm_window_days', models.PositiveSmallIntegerField(default=365, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='window of RFM, days')),
                    ('rfm_method', models.CharField(choices=[('RANK', 'By rank; ties share a score'), ('NTILE', 'Fifths of equal size; ties go by member'), ('FIXED', 'Cuts set by hand'), ('MEAN', 'Above or below the mean')], default='RANK', max_length=5, verbose_name='scores of RFM')),
                    ('rfm_cuts', models.JSONField(blank=True, default=dict, verbose_name='cuts')),
                    ('active_days', models.PositiveSmallIntegerField(default=30, verbose_name='active until, days')),
                    ('warm_days', models.PositiveSmallIntegerField(default=60, verbose_name='warm until, days')),
                    ('dormant_days', models.PositiveSmallIntegerField(default=90, verbose_name='dormant until, days')),
                    ('mature_orders_count', models.PositiveSmallIntegerField(default=5, verbose_name='mature from, paid orders in 365 days')),
                    ('decline_days', models.PositiveSmallIntegerField(default=90, verbose_name='declining after, days')),
                    ('lost_days', models.PositiveSmallIntegerField(default=180, verbose_name='lost after, days')),
                    ('gap_factor', models.PositiveSmallIntegerField(default=3, verbose_name='declining after, times the own gap')),
                    ('gap_floor_days', models.PositiveSmallIntegerField(default=7, verbose_name='own gap at least, days')),
                    ('gap_from_days_count', models.PositiveSmallIntegerField(default=3, verbose_name='own gap from, purchase days')),
                    ('value_high_amount', models.BigIntegerField(default=1000000, verbose_name='high value from, a year')),
                    ('value_high_repeats', models.PositiveSmallIntegerField(default=5, verbose_name='high value from, repeat orders')),
                    ('value_basic_amount', models.BigIntegerField(default=300000, verbose_name='basic value below, a year')),
                    ('value_basic_repeats', models.PositiveSmallIntegerField(default=1, verbose_name='basic value up to, repeat orders')),
                    ('loyal_orders_count', models.PositiveSmallIntegerField(default=5, verbose_name='loyal from, orders in 365 days')),
                    ('loyal_days', models.PositiveSmallIntegerField(default=60, verbose_name='loyal within, days')),
                    ('lost_orders_count', models.PositiveSmallIntegerField(default=3, verbose_name='lost customer from, orders')),
                    ('lost_customer_days', models.PositiveSmallIntegerField(default=180, verbose_name='lost customer after, days')),
                    ('health_r_percent', models.PositiveSmallIntegerField(default=30, verbose_name='weight of R, %')),
                    ('health_f_percent', models.PositiveSmallIntegerField(default=25, verbose_name='weight of F, %')),
                    ('health_m_percent', models.PositiveSmallIntegerField(default=20, verbose_name='weight of M, %')),
                    ('health_engagement_percent', models.PositiveSmallIntegerField(default=15, verbose_name='weight of engagement, %')),
                    ('health_service_percent', models.PositiveSmallIntegerField(default=10, verbose_name='weight of service, %')),
                    ('health_warning', models.PositiveSmallIntegerField(default=30, verbose_name='warning below')),
                    ('engagement_days', models.PositiveSmallIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='engagement counts, days')),
                    ('engagement_cuts', models.JSONField(blank=True, default=list, verbose_name='engagement rises at')),
                    ('service_days', models.PositiveSmallIntegerField(default=365, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='service counts, days')),
                    ('bounce_days', models.PositiveSmallIntegerField(default=90, verbose_name='bounced after, days')),
                    ('margin_percent', models.DecimalField(decimal_places=2, default=20, max_digits=5, verbose_name='margin of sales, %')),
                ],
                options={
                    'verbose_name': 'cuts and weights',
                    'verbose_name_plural': 'cuts and weights',
                    'permissions': [('view_dashboards', 'Can see the dashboards')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_analytics_policy'), models.CheckConstraint(condition=models.Q(('active_days__lt', models.F('warm_days')), ('decline_days__lt', models.F('lost_days')), ('warm_days__lt', models.F('dormant_days'))), name='analytics_days_ascend'), models.CheckConstraint(condition=models.Q(('value_basic_amount__gte', 0), ('value_basic_amount__lte', models.F('value_high_amount')), ('value_basic_repeats__lte', models.F('value_high_repeats'))), name='value_classes_in_order'), models.CheckConstraint(condition=models.Q(('health_warning__lte', 100)), name='health_warns_within_bounds'), models.CheckConstraint(condition=models.Q(('health_r_percent', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.Value(100), '-', models.F('health_f_percent')), '-', models.F('health_m_percent')), '-', models.F('health_engagement_percent')), '-', models.F('health_service_percent')))), name='health_weights_are_a_whole')],
                },
            ),
            migrations.CreateModel(
                name='ClassDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(verbose_name='as of')),
                    ('kind', models.CharField(choices=[('RFM_4', 'RFM, 4 classes'), ('RFM_8', 'RFM, 8 classes'), ('RFM_10', 'RFM, 10 segments'), ('STAGE', 'Life-cycle stage'), ('VALUE', 'Value class'), ('CUSTOMER', 'Customer class'), ('HEALTH', 'Health')], max_length=8, verbose_name='kind')),
                    ('code', models.CharField(blank=True, max_length=20, verbose_name='class')),
                    ('members_count', models.IntegerField(verbose_name='members')),
                ],
                options={
                    'verbose_name': 'members of a class',
                    'verbose_name_plural': 'members of classes',
                    'constraints': [models.UniqueConstraint(fields=('kind', 'day', 'code'), name='class_counted_once_a_day')],
                },
            ),
            migrations.CreateModel(
                name='ClassMove',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('RFM_4', 'RFM, 4 classes'), ('RFM_8', 'RFM, 8 classes'), ('RFM_10', 'RFM, 10 segments'), ('STAGE', 'Life-cycle stage'), ('VALUE', 'Value class'), ('CUSTOMER', 'Customer class'), ('HEALTH', 'Health')], max_length=8, verbose_name='kind')),
                    ('day', models.DateField(verbose_name='as of')),
                    ('before', models.CharField(blank=True, max_length=20, verbose_name='before')),
                    ('after', models.CharField(blank=True, max_length=20, verbose_name='after')),
                    ('members_count', models.IntegerField(verbose_name='members')),
                ],
                options={
                    'verbose_name': 'moves of a night',
                    'verbose_name_plural': 'moves of nights',
                    'constraints': [models.UniqueConstraint(fields=('kind', 'day', 'before', 'after'), name='move_counted_once_a_day'), models.CheckConstraint(condition=models.Q(('members_count__gt', 0)), name='move_is_somebodys')],
                },
            ),
            migrations.CreateModel(
                name='ClassTag',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('RFM_4', 'RFM, 4 classes'), ('RFM_8', 'RFM, 8 classes'), ('RFM_10', 'RFM, 10 segments'), ('STAGE', 'Life-cycle stage'), ('VALUE', 'Value class'), ('CUSTOMER', 'Customer class'), ('HEALTH', 'Health')], max_length=8, verbose_name='kind')),
                    ('code', models.CharField(max_length=20, verbose_name='class')),
                    ('tag', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.tag', verbose_name='tag')),
                ],
                options={
                    'verbose_name': 'class as a tag',
                    'verbose_name_plural': 'classes as tags',
                },
            ),
            migrations.CreateModel(
                name='CohortMonth',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('cohort_month', models.DateField(verbose_name='cohort')),
                    ('month', models.DateField(verbose_name='month')),
                    ('is_returning', models.BooleanField(verbose_name='bought in the month before')),
                    ('members_count', models.IntegerField(verbose_name='members')),
                ],
                options={
                    'verbose_name': 'month of a cohort',
                    'verbose_name_plural': 'months of cohorts',
                    'constraints': [models.UniqueConstraint(fields=('cohort_month', 'month', 'is_returning'), name='cohort_counted_once'), models.CheckConstraint(condition=models.Q(('members_count__gt', 0)), name='cohort_is_somebodys')],
                },
            ),
            migrations.CreateModel(
                name='KpiDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(verbose_name='day')),
                    ('orders_count', models.IntegerField(default=0, verbose_name='paid orders')),
                    ('gross_amount', models.BigIntegerField(default=0, verbose_name='sales before refunds')),
                    ('net_amount', models.BigIntegerField(default=0, verbose_name='net sales')),
                    ('member_orders_count', models.IntegerField(default=0, verbose_name='paid orders of members')),
                    ('member_net_amount', models.BigIntegerField(default=0, verbose_name='net sales to members')),
                    ('buyers_count', models.IntegerField(default=0, verbose_name='buying members')),
                    ('joined_count', models.IntegerField(default=0, verbose_name='new members')),
                    ('first_orders_count', models.IntegerField(default=0, verbose_name='first orders of members')),
                    ('earned_points', models.BigIntegerField(default=0, verbose_name='points earned by orders')),
                    ('spent_points', models.BigIntegerField(default=0, verbose_name='points spent on orders')),
                    ('channel', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.channel')),
                    ('store', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.store')),
                ],
                options={
                    'verbose_name': "day's figures",
                    'verbose_name_plural': "days' figures",
                },
            ),
            migrations.CreateModel(
                name='MemberDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(verbose_name='day')),
                    ('orders_count', models.IntegerField(verbose_name='paid orders')),
                    ('gross_amount', models.BigIntegerField(verbose_name='sales before refunds')),
                    ('net_amount', models.BigIntegerField(verbose_name='net sales')),
                    ('earned_points', models.BigIntegerField(verbose_name='points earned')),
                    ('spent_points', models.BigIntegerField(verbose_name='points spent')),
                    ('channel', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='members.channel')),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='days', to='members.member')),
                    ('store', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, to='members.store')),
                ],
                options={
                    'verbose_name': 'member day',
                    'verbose_name_plural': 'member days',
                },
            ),
            migrations.CreateModel(
                name='MemberMonth',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('month', models.DateField(verbose_name='month')),
                    ('cohort_month', models.DateField(verbose_name='cohort')),
                    ('previous_month', models.DateField(null=True, verbose_name='month of buying before')),
                    ('orders_count', models.IntegerField(verbose_name='paid orders')),
                    ('purchase_days_count', models.IntegerField(verbose_name='purchase days')),
                    ('net_amount', models.BigIntegerField(verbose_name='net sales')),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                ],
                options={
                    'verbose_name': 'member month',
                    'verbose_name_plural': 'member months',
                },
            ),
            migrations.CreateModel(
                name='PointsDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(verbose_name='day')),
                    ('kind', models.CharField(max_length=12, verbose_name='kind')),
                    ('reason', models.CharField(max_length=40, verbose_name='reason')),
                    ('points', models.BigIntegerField(verbose_name='points')),
                    ('entries_count', models.IntegerField(verbose_name='entries')),
                ],
                options={
                    'verbose_name': "day's points",
                    'verbose_name_plural': "days' points",
                    'constraints': [models.UniqueConstraint(fields=('day', 'kind', 'reason'), name='points_day_once')],
                },
            ),
            migrations.CreateModel(
                name='PurchaseDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(verbose_name='day')),
                    ('previous_day', models.DateField(null=True, verbose_name='purchase day before')),
                    ('next_day', models.DateField(null=True, verbose_name='purchase day after')),
                    ('orders_count', models.IntegerField(verbose_name='paid orders')),
                    ('net_amount', models.BigIntegerField(verbose_name='net sales')),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                ],
                options={
                    'verbose_name': 'purchase day',
                    'verbose_name_plural': 'purchase days',
                },
            ),
            migrations.CreateModel(
                name='PurchaseGap',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(verbose_name='day')),
                    ('is_first', models.BooleanField(verbose_name='first purchase days')),
                    ('gap_days', models.SmallIntegerField(verbose_name='days until the next one')),
                    ('days_count', models.IntegerField(verbose_name='purchase days')),
                ],
                options={
                    'verbose_name': 'gap between purchase days',
                    'verbose_name_plural': 'gaps between purchase days',
                    'constraints': [models.UniqueConstraint(fields=('day', 'is_first', 'gap_days'), name='gap_counted_once'), models.CheckConstraint(condition=models.Q(('days_count__gt', 0), ('gap_days__gte', 1), ('gap_days__lte', 367)), name='gap_is_somebodys')],
                },
            ),
            migrations.CreateModel(
                name='SavedView',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('dashboard', models.CharField(max_length=40, verbose_name='dashboard')),
                    ('name', models.CharField(max_length=80, verbose_name='name')),
                    ('query', models.CharField(blank=True, max_length=2000, verbose_name='filters')),
                    ('sharing', models.CharField(choices=[('PRIVATE', 'Only me'), ('ROLE', 'One role'), ('EVERYONE', 'Everybody who sees dashboards')], default='PRIVATE', max_length=8, verbose_name='who sees it')),
                    ('saved_at', models.DateTimeField(editable=False, verbose_name='saved')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saved by')),
                    ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='auth.group', verbose_name='role')),
                ],
                options={
                    'verbose_name': 'saved view',
                    'verbose_name_plural': 'saved views',
                    'permissions': [('share_savedview', 'Can share views of dashboards')],
                    'default_permissions': (),
                },
            ),
            migrations.CreateModel(
                name='ScorecardItem',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('measure', models.CharField(max_length=60, verbose_name='measure')),
                    ('weight_percent', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='weight, %')),
                    ('target', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='target')),
                    ('is_lower_better', models.BooleanField(default=False, verbose_name='lower is better')),
                    ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                    ('scorecard', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='analytics.scorecard', verbose_name='scorecard')),
                ],
                options={
                    'verbose_name': 'target',
                    'verbose_name_plural': 'targets',
                    'ordering': ['order', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='ScoreGroup',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('r_score', models.SmallIntegerField(null=True, verbose_name='R')),
                    ('f_score', models.SmallIntegerField(null=True, verbose_name='F')),
                    ('m_score', models.SmallIntegerField(null=True, verbose_name='M')),
                    ('rfm_4', models.CharField(blank=True, max_length=20, verbose_name='RFM, 4 classes')),
                    ('rfm_8', models.CharField(blank=True, max_length=20, verbose_name='RFM, 8 classes')),
                    ('rfm_10', models.CharField(blank=True, max_length=20, verbose_name='RFM, 10 segments')),
                    ('stage', models.CharField(blank=True, max_length=20, verbose_name='life-cycle stage')),
                    ('value_class', models.CharField(blank=True, max_length=20, verbose_name='value class')),
                    ('customer_class', models.CharField(blank=True, max_length=20, verbose_name='customer class')),
                    ('health', models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='health')),
                    ('members_count', models.IntegerField(verbose_name='members')),
                    ('window_orders_count', models.BigIntegerField(verbose_name='paid orders in the window')),
                    ('window_net_amount', models.BigIntegerField(verbose_name='net sales in the window')),
                    ('year_orders_count', models.BigIntegerField(verbose_name='paid orders in 365 days')),
                    ('year_net_amount', models.BigIntegerField(verbose_name='net sales in 365 days')),
                    ('returning_count', models.IntegerField(verbose_name='with two orders or more in 365 days')),
                    ('buyers_count', models.IntegerField(verbose_name='with a paid order')),
                    ('recency_days', models.BigIntegerField(verbose_name='days since the last order, together')),
                    ('with_gap_count', models.IntegerField(verbose_name='with a median gap')),
                    ('overdue_count', models.IntegerField(verbose_name='away longer than their own gap')),
                ],
                options={
                    'verbose_name': 'group of scores',
                    'verbose_name_plural': 'groups of scores',
                    'constraints': [models.UniqueConstraint(fields=('r_score', 'f_score', 'm_score', 'rfm_4', 'rfm_8', 'rfm_10', 'stage', 'value_class', 'customer_class', 'health'), name='score_group_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('members_count__gt', 0)), name='score_group_is_somebodys')],
                },
            ),
            migrations.CreateModel(
                name='Segment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name_zh', models.CharField(blank=True, max_length=120, verbose_name='name in Chinese')),
                    ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                    ('description', models.CharField(blank=True, max_length=200, verbose_name='what it is for')),
                    ('kind', models.CharField(choices=[('DYNAMIC', 'Dynamic: judged anew at every refresh'), ('STATIC', 'Static: as chosen, changed by hand'), ('SNAPSHOT', 'Snapshot: never changes again')], default='DYNAMIC', max_length=8, verbose_name='kind')),
                    ('condition', models.JSONField(blank=True, default=dict, verbose_name='who')),
                    ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                    ('refresh', models.CharField(choices=[('HOURLY', 'Every hour'), ('NIGHTLY', 'Every night'), ('BY_HAND', 'By hand')], default='NIGHTLY', max_length=8, verbose_name='refreshed')),
                    ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                    ('created_at', models.DateTimeField(editable=False, verbose_name='made')),
                    ('members_count', models.PositiveIntegerField(editable=False, null=True, verbose_name='members')),
                    ('built_at', models.DateTimeField(editable=False, null=True, verbose_name='as of')),
                    ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                    ('tag', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='segment', to='members.tag', verbose_name='published as the tag')),
                ],
                options={
                    'verbose_name': 'segment',
                    'verbose_name_plural': 'segments',
                    'permissions': [('export_segment', "Can ask for a segment's members as a file")],
                },
            ),
            migrations.CreateModel(
                name='SegmentBuild',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('version', models.PositiveIntegerField(verbose_name='version')),
                    ('as_of_at', models.DateTimeField(verbose_name='as of')),
                    ('state', models.CharField(choices=[('QUEUED', 'Queued'), ('RUNNING', 'Running'), ('DONE', 'Done'), ('FAILED', 'Failed'), ('SUPERSEDED', 'Superseded'), ('CANCELED', 'Canceled')], default='QUEUED', max_length=10, verbose_name='state')),
                    ('created_at', models.DateTimeField(verbose_name='asked')),
                    ('heartbeat_at', models.DateTimeField(null=True)),
                    ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                    ('members_count', models.PositiveIntegerField(null=True, verbose_name='members')),
                    ('entered_count', models.PositiveIntegerField(null=True, verbose_name='came')),
                    ('left_count', models.PositiveIntegerField(null=True, verbose_name='went')),
                    ('message', models.TextField(blank=True, verbose_name='message')),
                    ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='members.job', verbose_name='job')),
                    ('segment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='builds', to='analytics.segment')),
                ],
                options={
                    'verbose_name': 'build of a segment',
                    'verbose_name_plural': 'builds of segments',
                },
            ),
            migrations.AddField(
                model_name='segment',
                name='build',
                field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='analytics.segmentbuild'),
            ),
            migrations.CreateModel(
                name='SegmentFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('columns', models.JSONField(default=list, verbose_name='columns')),
                    ('approved_at', models.DateTimeField(verbose_name='approved')),
                    ('name', models.CharField(blank=True, max_length=120, verbose_name='file')),
                    ('content', members.sealing.fields.SealedTextField(blank=True, verbose_name='content')),
                    ('size_bytes', models.PositiveBigIntegerField(default=0, verbose_name='size, bytes')),
                    ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                    ('members_count', models.PositiveIntegerField(null=True, verbose_name='members')),
                    ('made_at', models.DateTimeField(null=True, verbose_name='made')),
                    ('expires_at', models.DateTimeField(null=True, verbose_name='kept until')),
                    ('fetched_at', models.DateTimeField(null=True, verbose_name='fetched')),
                    ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='members.job', verbose_name='job')),
                    ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                    ('segment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='analytics.segment', verbose_name='segment')),
                ],
                options={
                    'verbose_name': 'file of a segment',
                    'verbose_name_plural': 'files of segments',
                },
            ),
            migrations.CreateModel(
                name='SegmentHit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('build', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='hits', to='analytics.segmentbuild')),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                ],
                options={
                    'verbose_name': 'member found by a build',
                    'verbose_name_plural': 'members found by builds',
                },
            ),
            migrations.CreateModel(
                name='SegmentMember',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('since_at', models.DateTimeField(verbose_name='since')),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                    ('segment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.segment')),
                ],
                options={
                    'verbose_name': 'member of a segment',
                    'verbose_name_plural': 'members of segments',
                },
            ),
            migrations.CreateModel(
                name='SegmentMove',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('is_entry', models.BooleanField(verbose_name='came')),
                    ('build', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='analytics.segmentbuild')),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                ],
                options={
                    'verbose_name': 'coming or going',
                    'verbose_name_plural': 'comings and goings',
                },
            ),
            migrations.CreateModel(
                name='SegmentOverride',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('is_included', models.BooleanField(verbose_name='is in it')),
                    ('changed_at', models.DateTimeField(verbose_name='changed')),
                    ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member')),
                    ('segment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='overrides', to='analytics.segment')),
                ],
                options={
                    'verbose_name': 'member by hand',
                    'verbose_name_plural': 'members by hand',
                },
            ),
            migrations.CreateModel(
                name='SegmentVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField(verbose_name='version')),
                    ('kind', models.CharField(choices=[('DYNAMIC', 'Dynamic: judged anew at every refresh'), ('STATIC', 'Static: as chosen, changed by hand'), ('SNAPSHOT', 'Snapshot: never changes again')], max_length=8, verbose_name='kind')),
                    ('condition', models.JSONField(default=dict, verbose_name='who')),
                    ('changed_at', models.DateTimeField(verbose_name='changed')),
                    ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                    ('segment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='analytics.segment')),
                ],
                options={
                    'verbose_name': 'version of a segment',
                    'verbose_name_plural': 'versions of segments',
                },
            ),
            migrations.CreateModel(
                name='ChannelSpend',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('placement', models.CharField(blank=True, max_length=80, verbose_name='placement')),
                    ('from_on', models.DateField(verbose_name='from')),
                    ('to_on', models.DateField(help_text='This day included.', verbose_name='to')),
                    ('amount', models.BigIntegerField(verbose_name='amount')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                    ('number', models.CharField(blank=True, max_length=60, null=True, unique=True, verbose_name='number')),
                    ('created_at', models.DateTimeField(editable=False, verbose_name='entered')),
                    ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.channel', verbose_name='channel')),
                    ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                    ('store', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.store', verbose_name='store')),
                ],
                options={
                    'verbose_name': 'channel spend',
                    'verbose_name_plural': 'channel spends',
                    'indexes': [models.Index(fields=['from_on'], name='channel_spend_from')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('to_on__gte', models.F('from_on'))), name='channel_spend_days_in_order'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='channel_spend_not_below_zero')],
                },
            ),
            migrations.CreateModel(
                name='ClassChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('RFM_4', 'RFM, 4 classes'), ('RFM_8', 'RFM, 8 classes'), ('RFM_10', 'RFM, 10 segments'), ('STAGE', 'Life-cycle stage'), ('VALUE', 'Value class'), ('CUSTOMER', 'Customer class'), ('HEALTH', 'Health')], max_length=8, verbose_name='kind')),
                    ('day', models.DateField(verbose_name='as of')),
                    ('before', models.CharField(blank=True, max_length=20, verbose_name='before')),
                    ('after', models.CharField(blank=True, max_length=20, verbose_name='after')),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                ],
                options={
                    'verbose_name': 'change of class',
                    'verbose_name_plural': 'changes of class',
                    'indexes': [models.Index(fields=['kind', 'day'], name='class_changes_of_day')],
                    'constraints': [models.UniqueConstraint(fields=('member', 'kind', 'day'), name='class_changed_once_a_day'), models.CheckConstraint(condition=models.Q(('before', models.F('after')), _negated=True), name='class_change_changes')],
                },
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='classchange',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='39d9d1b02aa84240f2e7447ade379b5304d0d13d', operation='UPDATE', pgid='pgtrigger_append_only_2f5bc', table='analytics_classchange', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='classtag',
                constraint=models.UniqueConstraint(fields=('kind', 'code'), name='class_published_once'),
            ),
            migrations.AddConstraint(
                model_name='kpiday',
                constraint=models.UniqueConstraint(fields=('day', 'store', 'channel'), name='kpi_day_once', nulls_distinct=False),
            ),
            migrations.AddIndex(
                model_name='memberday',
                index=models.Index(fields=['member', 'day'], include=('channel', 'store', 'orders_count', 'net_amount'), name='member_days_of_member'),
            ),
            migrations.AddConstraint(
                model_name='memberday',
                constraint=models.UniqueConstraint(fields=('day', 'member', 'channel', 'store'), include=('orders_count', 'net_amount'), name='member_day_once', nulls_distinct=False),
            ),
            migrations.AddConstraint(
                model_name='membermonth',
                constraint=models.UniqueConstraint(fields=('member', 'month'), name='member_month_once'),
            ),
            migrations.AddConstraint(
                model_name='membermonth',
                constraint=models.CheckConstraint(condition=models.Q(('cohort_month__lte', models.F('month')), models.Q(models.Q(('cohort_month', models.F('month')), ('previous_month__isnull', True)), models.Q(('previous_month__gte', models.F('cohort_month')), ('previous_month__lt', models.F('month'))), _connector='OR')), name='member_month_in_order'),
            ),
            migrations.AddIndex(
                model_name='purchaseday',
                index=models.Index(fields=['day'], include=('member', 'previous_day', 'next_day', 'orders_count'), name='purchase_days_of_day'),
            ),
            migrations.AddConstraint(
                model_name='purchaseday',
                constraint=models.UniqueConstraint(fields=('member', 'day'), name='purchase_day_once'),
            ),
            migrations.AddConstraint(
                model_name='purchaseday',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('previous_day__isnull', True), ('previous_day__lt', models.F('day')), _connector='OR'), models.Q(('next_day__isnull', True), ('next_day__gt', models.F('day')), _connector='OR')), name='purchase_days_in_order'),
            ),
            migrations.AddConstraint(
                model_name='savedview',
                constraint=models.UniqueConstraint(fields=('owner', 'dashboard', 'name'), name='view_named_once'),
            ),
            migrations.AddConstraint(
                model_name='savedview',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('role__isnull', False), ('sharing', 'ROLE')), models.Q(models.Q(('sharing', 'ROLE'), _negated=True), ('role__isnull', True)), _connector='OR'), name='view_shared_with_a_role_names_it'),
            ),
            migrations.AddConstraint(
                model_name='scorecarditem',
                constraint=models.UniqueConstraint(fields=('scorecard', 'measure'), name='measure_once_on_scorecard'),
            ),
            migrations.AddConstraint(
                model_name='scorecarditem',
                constraint=models.CheckConstraint(condition=models.Q(('weight_percent__gte', 1), ('weight_percent__lte', 100)), name='scorecard_weight_within_bounds'),
            ),
            migrations.AddIndex(
                model_name='segmentbuild',
                index=models.Index(fields=['segment', '-id'], name='builds_of_segment'),
            ),
            migrations.AddIndex(
                model_name='segmentfile',
                index=models.Index(fields=['segment', '-id'], name='files_of_segment'),
            ),
            migrations.AddIndex(
                model_name='segmenthit',
                index=models.Index(fields=['member'], name='segment_hits_of_member'),
            ),
            migrations.AddConstraint(
                model_name='segmenthit',
                constraint=models.UniqueConstraint(fields=('build', 'member'), name='segment_hit_once'),
            ),
            migrations.AddIndex(
                model_name='segmentmember',
                index=models.Index(fields=['member'], name='segments_of_member'),
            ),
            migrations.AddConstraint(
                model_name='segmentmember',
                constraint=models.UniqueConstraint(fields=('segment', 'member'), name='segment_member_once'),
            ),
            migrations.AddIndex(
                model_name='segmentmove',
                index=models.Index(fields=['member'], name='segment_moves_of_member'),
            ),
            migrations.AddConstraint(
                model_name='segmentmove',
                constraint=models.UniqueConstraint(fields=('build', 'member'), name='segment_move_once'),
            ),
            migrations.AddConstraint(
                model_name='segmentoverride',
                constraint=models.UniqueConstraint(fields=('segment', 'member'), name='segment_override_once'),
            ),
            migrations.AddConstraint(
                model_name='segmentversion',
                constraint=models.UniqueConstraint(fields=('segment', 'number'), name='segment_version_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='segmentversion',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='c7c1e58c32cbc9fe8ae9ab96152d5ad3e985293e', operation='UPDATE', pgid='pgtrigger_append_only_2e5eb', table='analytics_segmentversion', when='BEFORE')),
            ),
        ]),
    ]
