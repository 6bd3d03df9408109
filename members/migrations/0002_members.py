import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import members.ids
import members.models.duplicates
import members.sealing.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from members.tables import MakeTables
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0001_accounts'),
        # What hangs on accounts alone is changed step by step before there are more tables than
        # these: Django builds all models that hang together anew at each step.
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('oauth2_provider', '0022_refreshtoken_token_family_index'),
        ('otp_static', '0003_add_timestamps'),
        ('otp_totp', '0003_add_timestamps'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        MakeTables([
            migrations.CreateModel(
                name='AppointmentKind',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name_zh', models.CharField(blank=True, max_length=120, verbose_name='name in Chinese')),
                    ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                    ('minutes', models.PositiveSmallIntegerField(default=30, verbose_name='minutes')),
                    ('places', models.PositiveSmallIntegerField(default=1, help_text='How many a store can serve at one time.', verbose_name='places at once')),
                    ('reminder_hours', models.PositiveSmallIntegerField(default=24, verbose_name='reminder, hours before')),
                    ('no_show_minutes', models.PositiveSmallIntegerField(default=60, help_text="Who isn't marked as arrived so long after the end didn't come.", verbose_name='no-show, minutes after')),
                    ('is_active', models.BooleanField(default=True, verbose_name='can be booked')),
                ],
                options={
                    'verbose_name': 'kind of appointment',
                    'verbose_name_plural': 'kinds of appointments',
                },
            ),
            migrations.CreateModel(
                name='Community',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name_zh', models.CharField(blank=True, max_length=120, verbose_name='name in Chinese')),
                    ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                    ('platform', models.CharField(choices=[('WECHAT', 'WeChat group'), ('WECOM', 'WeCom group'), ('STORE', 'Club of a store'), ('OTHER', 'Other')], max_length=8, verbose_name='where')),
                    ('guide', models.CharField(blank=True, max_length=40, verbose_name='looked after by')),
                    ('capacity', models.PositiveIntegerField(blank=True, null=True, verbose_name='places')),
                    ('invitation_goal', models.PositiveSmallIntegerField(default=0, verbose_name='invitations for a reward')),
                    ('reward_coupon_type', models.CharField(blank=True, max_length=40, verbose_name='coupon type for it')),
                    ('is_active', models.BooleanField(default=True, verbose_name='active')),
                    ('created_at', models.DateTimeField(verbose_name='made')),
                ],
                options={
                    'verbose_name': 'community',
                    'verbose_name_plural': 'communities',
                },
            ),
            migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                    ('seen_at', models.DateTimeField(verbose_name='seen')),
                ],
                options={
                    'verbose_name': 'heartbeat',
                    'verbose_name_plural': 'heartbeats',
                },
            ),
            migrations.CreateModel(
                name='Holiday',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(unique=True, verbose_name='day')),
                    ('is_working', models.BooleanField(default=False, verbose_name='worked')),
                    ('name', models.CharField(blank=True, max_length=60, verbose_name='name')),
                ],
                options={
                    'verbose_name': 'holiday',
                    'verbose_name_plural': 'holidays and worked weekends',
                },
            ),
            migrations.CreateModel(
                name='IndexKey',
                fields=[
                    ('purpose', models.CharField(max_length=40, primary_key=True, serialize=False)),
                    ('wrapped', models.BinaryField()),
                ],
                options={
                    'verbose_name': 'index key',
                    'verbose_name_plural': 'index keys',
                },
            ),
            migrations.CreateModel(
                name='KeyCanary',
                fields=[
                    ('kek_version', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                    ('sealed', models.BinaryField()),
                ],
                options={
                    'verbose_name': 'key canary',
                    'verbose_name_plural': 'key canaries',
                },
            ),
            migrations.CreateModel(
                name='Member',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('card_number', models.CharField(max_length=24, unique=True, verbose_name='card number')),
                    ('state', models.CharField(choices=[('ACTIVE', 'Active'), ('RESTRICTED', 'Restricted'), ('MERGED', 'Merged'), ('ERASED', 'Erased')], default='ACTIVE', max_length=12, verbose_name='state')),
                    ('name', members.sealing.fields.SealedTextField(blank=True, max_length=120, verbose_name='name')),
                    ('name_index', models.BinaryField(max_length=32, null=True)),
                    ('name_first_index', models.BinaryField(max_length=32, null=True)),
                    ('birthday', members.sealing.fields.SealedDateField(blank=True, null=True, verbose_name='birthday')),
                    ('birthday_md', models.SmallIntegerField(editable=False, null=True)),
                    ('birthday_counts_from_on', models.DateField(editable=False, null=True)),
                    ('birth_band', models.SmallIntegerField(editable=False, null=True)),
                    ('gender', models.CharField(blank=True, choices=[('FEMALE', 'Female'), ('MALE', 'Male'), ('OTHER', 'Other'), ('UNKNOWN', 'Not said')], default='UNKNOWN', max_length=8, verbose_name='gender')),
                    ('language', models.CharField(blank=True, default='zh-hans', max_length=8, verbose_name='language')),
                    ('joined_at', models.DateTimeField(verbose_name='joined')),
                    ('placement', models.CharField(blank=True, max_length=80, verbose_name='placement')),
                    ('guide', models.CharField(blank=True, max_length=40, verbose_name='guide')),
                    ('campaign_code', models.CharField(blank=True, max_length=60, verbose_name='campaign')),
                    ('metadata', models.JSONField(blank=True, default=dict, verbose_name='metadata')),
                    ('is_profiled', models.BooleanField(default=True, editable=False, verbose_name='may be profiled')),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('channel', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='members.channel', verbose_name='channel')),
                    ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='retired', to='members.member', verbose_name='merged into')),
                    ('referrer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='referred', to='members.member', verbose_name='referrer')),
                ],
                options={
                    'verbose_name': 'member',
                    'verbose_name_plural': 'members',
                    'permissions': [('reveal_member', 'Can open contact details')],
                    'base_manager_name': 'objects',
                },
            ),
            migrations.CreateModel(
                name='PrivacyClock',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('ACCESS', 'Access: what is known'), ('EXPORT', 'Export: take it along'), ('CORRECTION', 'Correction'), ('DELETION', 'Deletion'), ('RESTRICTION', 'Restriction'), ('LIFT_RESTRICTION', 'End of a restriction'), ('NO_PROFILING', 'No profiling')], max_length=16, unique=True, verbose_name='right')),
                    ('count', models.PositiveSmallIntegerField(verbose_name='how many')),
                    ('unit', models.CharField(choices=[('DAYS', 'Calendar days'), ('WORKING_DAYS', 'Working days')], max_length=12, verbose_name='days')),
                    ('warn_days', models.PositiveSmallIntegerField(default=5, verbose_name='warn, days before')),
                ],
                options={
                    'verbose_name': 'clock of privacy requests',
                    'verbose_name_plural': 'clocks of privacy requests',
                },
            ),
            migrations.CreateModel(
                name='ProcessingPurpose',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name_zh', models.CharField(blank=True, max_length=120, verbose_name='name in Chinese')),
                    ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                    ('basis', models.CharField(choices=[('CONSENT', 'Consent'), ('CONTRACT', 'Contract with the member'), ('LAW', 'Legal duty'), ('INTEREST', 'Legitimate interest')], max_length=8, verbose_name='basis')),
                    ('consent_purpose', models.CharField(blank=True, max_length=12, verbose_name='purpose of consents')),
                    ('categories', models.JSONField(blank=True, default=list, verbose_name='which data')),
                    ('kept_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='kept, days')),
                    ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ],
                options={
                    'verbose_name': 'purpose of processing',
                    'verbose_name_plural': 'purposes of processing',
                },
            ),
            migrations.CreateModel(
                name='Recipient',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name_zh', models.CharField(blank=True, max_length=120, verbose_name='name in Chinese')),
                    ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                    ('role', models.CharField(choices=[('PROCESSOR', 'Processor, on our behalf'), ('CONTROLLER', 'Partner, for themselves'), ('AUTHORITY', 'Authority')], default='PROCESSOR', max_length=10, verbose_name='role')),
                    ('purpose', models.CharField(max_length=200, verbose_name='for what')),
                    ('categories', models.JSONField(blank=True, default=list, verbose_name='which data')),
                    ('country', models.CharField(default='CN', max_length=2, verbose_name='country')),
                    ('contact', models.CharField(blank=True, help_text='An office, not a person.', max_length=200, verbose_name='contact')),
                    ('contract', models.CharField(blank=True, max_length=120, verbose_name='contract')),
                    ('is_active', models.BooleanField(default=True, verbose_name='receives data')),
                ],
                options={
                    'verbose_name': 'recipient of data',
                    'verbose_name_plural': 'recipients of data',
                },
            ),
            migrations.CreateModel(
                name='RetentionRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('category', models.CharField(max_length=60, unique=True, verbose_name='category')),
                    ('days', models.PositiveIntegerField(verbose_name='days')),
                    ('is_active', models.BooleanField(default=True, verbose_name='in force')),
                    ('last_run_at', models.DateTimeField(blank=True, null=True, verbose_name='last run')),
                    ('removed_count', models.BigIntegerField(default=0, verbose_name='removed last time')),
                ],
                options={
                    'verbose_name': 'retention rule',
                    'verbose_name_plural': 'retention',
                },
            ),
            migrations.CreateModel(
                name='ServiceTopic',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name_zh', models.CharField(blank=True, max_length=120, verbose_name='name in Chinese')),
                    ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                    ('first_response_minutes', models.PositiveIntegerField(default=60, verbose_name='first response within, minutes')),
                    ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ],
                options={
                    'verbose_name': 'service topic',
                    'verbose_name_plural': 'service topics',
                },
            ),
            migrations.CreateModel(
                name='Survey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name_zh', models.CharField(blank=True, max_length=120, verbose_name='name in Chinese')),
                    ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                    ('kind', models.CharField(choices=[('SATISFACTION', 'Satisfaction, 1 to 5'), ('NPS', 'Recommendation (NPS), 0 to 10'), ('RATING', 'Rating of something, 1 to 10')], max_length=12, verbose_name='kind')),
                    ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('OPEN', 'Open'), ('CLOSED', 'Closed')], default='DRAFT', max_length=6, verbose_name='state')),
                    ('intro_zh', models.CharField(blank=True, max_length=500, verbose_name='introduction in Chinese')),
                    ('intro_en', models.CharField(blank=True, max_length=500, verbose_name='introduction in English')),
                    ('questions', models.JSONField(blank=True, default=list, verbose_name='questions')),
                    ('flag_below', models.PositiveSmallIntegerField(default=7, help_text='Whatever is rated under this on average is flagged for improvement.', verbose_name='flag below')),
                    ('flag_from_answers', models.PositiveSmallIntegerField(default=5, help_text='Fewer answers say little: until then nothing is flagged.', verbose_name='flag from so many answers')),
                    ('opens_at', models.DateTimeField(blank=True, null=True, verbose_name='opens')),
                    ('closes_at', models.DateTimeField(blank=True, null=True, verbose_name='closes')),
                ],
                options={
                    'verbose_name': 'survey',
                    'verbose_name_plural': 'surveys',
                },
            ),
            migrations.CreateModel(
                name='SurveyResponse',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('subject', models.CharField(blank=True, max_length=100, verbose_name='about')),
                    ('score', models.SmallIntegerField(verbose_name='score')),
                    ('answers', members.sealing.fields.SealedJSONField(null=True, verbose_name='answers')),
                    ('channel', models.CharField(blank=True, max_length=40, verbose_name='channel')),
                    ('occurred_at', models.DateTimeField(verbose_name='answered')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ],
                options={
                    'verbose_name': 'answer to a survey',
                    'verbose_name_plural': 'answers to surveys',
                },
            ),
            migrations.CreateModel(
                name='Tag',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name_zh', models.CharField(blank=True, max_length=120, verbose_name='name in Chinese')),
                    ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                    ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                    ('origin', models.CharField(choices=[('HAND', 'By hand'), ('RULE', 'By rule'), ('MODEL', 'By model')], default='HAND', max_length=8, verbose_name='given')),
                ],
                options={
                    'verbose_name': 'tag',
                    'verbose_name_plural': 'tags',
                },
            ),
            migrations.CreateModel(
                name='TagRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('condition', models.JSONField(default=dict, verbose_name='who')),
                    ('is_active', models.BooleanField(default=True, verbose_name='in force')),
                    ('last_run_at', models.DateTimeField(blank=True, null=True, verbose_name='last run')),
                    ('added_count', models.PositiveIntegerField(default=0, verbose_name='added last time')),
                    ('removed_count', models.PositiveIntegerField(default=0, verbose_name='taken away last time')),
                ],
                options={
                    'verbose_name': 'rule of a tag',
                    'verbose_name_plural': 'rules of tags',
                },
            ),
            migrations.CreateModel(
                name='AccessPolicy',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('second_factor_roles', models.JSONField(blank=True, default=list, help_text='Whoever has one of these roles enters a code from their phone as well.', verbose_name='roles with a second factor')),
                    ('idle_minutes', models.PositiveSmallIntegerField(default=30, help_text='After so many minutes without a click one logs in again.', validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(720)], verbose_name='idle minutes, office')),
                    ('till_idle_minutes', models.PositiveSmallIntegerField(default=240, help_text='The same for clerks and store managers at a counter.', validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(720)], verbose_name='idle minutes, stores')),
                    ('session_hours', models.PositiveSmallIntegerField(default=12, help_text='After so many hours one logs in again, however busy.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(24)], verbose_name='hours of a log-in')),
                ],
                options={
                    'verbose_name': 'log-in rules',
                    'verbose_name_plural': 'log-in rules',
                    'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_access_policy')],
                },
            ),
            migrations.CreateModel(
                name='Breach',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('title', models.CharField(max_length=120, verbose_name='title')),
                    ('description', members.sealing.fields.SealedTextField(max_length=4000, verbose_name='what happened')),
                    ('severity', models.CharField(choices=[('LOW', 'Low'), ('MEDIUM', 'Medium'), ('HIGH', 'High')], max_length=6, verbose_name='severity')),
                    ('state', models.CharField(choices=[('OPEN', 'Not contained'), ('CONTAINED', 'Contained'), ('CLOSED', 'Closed')], default='OPEN', max_length=9, verbose_name='state')),
                    ('categories', models.JSONField(blank=True, default=list, verbose_name='which data')),
                    ('affected_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='members affected')),
                    ('occurred_at', models.DateTimeField(blank=True, null=True, verbose_name='happened')),
                    ('discovered_at', models.DateTimeField(verbose_name='discovered')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('contained_at', models.DateTimeField(blank=True, null=True, verbose_name='contained')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'breach',
                    'verbose_name_plural': 'breach register',
                },
            ),
            migrations.CreateModel(
                name='BreachClock',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('severity', models.CharField(choices=[('LOW', 'Low'), ('MEDIUM', 'Medium'), ('HIGH', 'High')], max_length=6, verbose_name='severity')),
                    ('kind', models.CharField(choices=[('AUTHORITY_FIRST', 'First report to the authority'), ('MANAGEMENT', 'Tell the management'), ('AUTHORITY', 'Report to the authority'), ('MEMBERS', 'Tell the members')], max_length=16, verbose_name='duty')),
                    ('hours', models.PositiveSmallIntegerField(verbose_name='hours')),
                ],
                options={
                    'verbose_name': 'clock of breaches',
                    'verbose_name_plural': 'clocks of breaches',
                    'constraints': [models.UniqueConstraint(fields=('severity', 'kind'), name='breach_clock_once')],
                },
            ),
            migrations.CreateModel(
                name='BreachDuty',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('AUTHORITY_FIRST', 'First report to the authority'), ('MANAGEMENT', 'Tell the management'), ('AUTHORITY', 'Report to the authority'), ('MEMBERS', 'Tell the members')], max_length=16, verbose_name='duty')),
                    ('hours', models.PositiveSmallIntegerField(verbose_name='hours')),
                    ('due_at', models.DateTimeField(verbose_name='due')),
                    ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done')),
                    ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                    ('breach', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='members.breach')),
                    ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'duty of a breach',
                    'verbose_name_plural': 'duties of breaches',
                },
            ),
            migrations.CreateModel(
                name='ChangeRecord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('table', models.CharField(max_length=63, verbose_name='table')),
                    ('row_id', models.CharField(max_length=64, verbose_name='row')),
                    ('kind', models.CharField(choices=[('INSERT', 'Added'), ('UPDATE', 'Changed'), ('DELETE', 'Deleted')], max_length=6, verbose_name='what')),
                    ('before', models.JSONField(null=True, verbose_name='before')),
                    ('after', models.JSONField(null=True, verbose_name='after')),
                    ('origin', models.CharField(blank=True, max_length=200, verbose_name='from')),
                    ('reason', models.CharField(blank=True, max_length=500, verbose_name='why')),
                    ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request id')),
                    ('address', models.CharField(blank=True, max_length=45, verbose_name='address')),
                    ('approval', models.UUIDField(null=True, verbose_name='approval')),
                    ('occurred_at', models.DateTimeField(verbose_name='when')),
                    ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator')),
                    ('client', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='API client')),
                ],
                options={
                    'verbose_name': 'change',
                    'verbose_name_plural': 'changes',
                },
            ),
            migrations.CreateModel(
                name='DuplicatePolicy',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('threshold', models.PositiveSmallIntegerField(default=45, help_text='The same name in the same store makes 45. Higher: fewer pairs, surer ones.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='score from which somebody looks')),
                    ('group_limit', models.PositiveSmallIntegerField(default=20, help_text='What more members share, as a very common name, makes no pairs.', validators=[django.core.validators.MinValueValidator(2), django.core.validators.MaxValueValidator(100)], verbose_name='members who may share a mark')),
                    ('new_limit', models.PositiveIntegerField(default=5000, help_text='The best ones; the rest comes with the next runs.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)], verbose_name='new pairs in one run')),
                    ('device_keys', models.JSONField(blank=True, default=members.models.duplicates._device_keys, help_text="Keys of a member's metadata that name a device or a person elsewhere.", verbose_name='marks in the metadata')),
                ],
                options={
                    'verbose_name': 'how duplicates are found',
                    'verbose_name_plural': 'how duplicates are found',
                    'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_duplicate_policy')],
                },
            ),
            migrations.CreateModel(
                name='Event',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False)),
                    ('type', models.CharField(max_length=60, verbose_name='type')),
                    ('occurred_at', models.DateTimeField(verbose_name='happened')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('payload', models.JSONField(default=dict, verbose_name='payload')),
                    ('source', models.CharField(blank=True, max_length=60, verbose_name='source')),
                    ('actor', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator')),
                ],
                options={
                    'verbose_name': 'event',
                    'verbose_name_plural': 'events',
                },
            ),
            migrations.CreateModel(
                name='Dispatch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('subscriber', models.CharField(max_length=80, verbose_name='subscriber')),
                    ('state', models.CharField(choices=[('PENDING', 'Waiting'), ('DEAD', 'Dead')], default='PENDING', max_length=8, verbose_name='state')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                    ('next_at', models.DateTimeField(verbose_name='next attempt')),
                    ('last_error', models.TextField(blank=True, verbose_name='last error')),
                    ('event', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='dispatches', to='members.event', verbose_name='event')),
                ],
                options={
                    'verbose_name': 'dispatch',
                    'verbose_name_plural': 'dispatches',
                },
            ),
            migrations.CreateModel(
                name='Job',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('kind', models.CharField(max_length=60, verbose_name='kind')),
                    ('state', models.CharField(choices=[('QUEUED', 'Queued'), ('RUNNING', 'Running'), ('CANCELING', 'Canceling'), ('CANCELED', 'Canceled'), ('DONE', 'Done'), ('FAILED', 'Failed')], default='QUEUED', max_length=10, verbose_name='state')),
                    ('params', models.JSONField(default=dict, verbose_name='parameters')),
                    ('cursor', models.JSONField(default=dict)),
                    ('result', models.JSONField(default=dict, verbose_name='result')),
                    ('total_count', models.BigIntegerField(null=True, verbose_name='total')),
                    ('done_count', models.BigIntegerField(default=0, verbose_name='done')),
                    ('error_count', models.BigIntegerField(default=0, verbose_name='errors')),
                    ('message', models.TextField(blank=True, verbose_name='message')),
                    ('created_at', models.DateTimeField(verbose_name='created')),
                    ('started_at', models.DateTimeField(null=True, verbose_name='started')),
                    ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                    ('heartbeat_at', models.DateTimeField(null=True)),
                    ('claim', models.UUIDField(editable=False, null=True)),
                    ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ],
                options={
                    'verbose_name': 'job',
                    'verbose_name_plural': 'jobs',
                },
            ),
            migrations.CreateModel(
                name='JobError',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('row', models.BigIntegerField(verbose_name='row')),
                    ('code', models.CharField(max_length=60, verbose_name='code')),
                    ('message', models.TextField(verbose_name='message')),
                    ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='errors', to='members.job')),
                ],
                options={
                    'verbose_name': 'row error',
                    'verbose_name_plural': 'row errors',
                },
            ),
            migrations.CreateModel(
                name='KeyEncryptionKey',
                fields=[
                    ('version', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                    ('wrapped', models.BinaryField()),
                    ('state', models.CharField(choices=[('ACTIVE', 'Active'), ('RETIRED', 'Retired')], default='ACTIVE', max_length=7)),
                    ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ],
                options={
                    'verbose_name': 'key-encryption key',
                    'verbose_name_plural': 'key-encryption keys',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'ACTIVE')), fields=('state',), name='members_kek_one_active')],
                },
            ),
            migrations.CreateModel(
                name='MemberKey',
                fields=[
                    ('member', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='key', serialize=False, to='members.member')),
                    ('kek_version', models.PositiveSmallIntegerField()),
                    ('wrapped', models.BinaryField(null=True)),
                    ('shredded_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'member key',
                    'verbose_name_plural': 'member keys',
                },
            ),
            migrations.AddField(
                model_name='member',
                name='registered_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='registered by'),
            ),
            migrations.CreateModel(
                name='Measure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=40, verbose_name='measure')),
                    ('value', models.BigIntegerField(verbose_name='value')),
                    ('as_of_on', models.DateField(verbose_name='as of')),
                    ('updated_at', models.DateTimeField(verbose_name='published')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='measures', to='members.member')),
                ],
                options={
                    'verbose_name': 'measure of a member',
                    'verbose_name_plural': 'measures of members',
                },
            ),
            migrations.CreateModel(
                name='LegalHold',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reason', models.CharField(max_length=300, verbose_name='reason')),
                    ('placed_at', models.DateTimeField(verbose_name='since')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                    ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_holds', to='members.member', verbose_name='member')),
                ],
                options={
                    'verbose_name': 'legal hold',
                    'verbose_name_plural': 'legal holds',
                },
            ),
            migrations.CreateModel(
                name='Identity',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('CARD', 'Card'), ('PHONE', 'Phone'), ('EMAIL', 'E-mail'), ('WECHAT_OPENID', 'WeChat openid'), ('WECHAT_UNIONID', 'WeChat unionid'), ('ALIPAY_UID', 'Alipay uid'), ('EXTERNAL', 'External id')], max_length=16, verbose_name='kind')),
                    ('issuer', models.CharField(blank=True, max_length=40, verbose_name='issuer')),
                    ('value', members.sealing.fields.SealedTextField(max_length=254, verbose_name='value')),
                    ('digest', models.BinaryField(max_length=32)),
                    ('last_four_digest', models.BinaryField(max_length=32, null=True)),
                    ('loose_digest', models.BinaryField(max_length=32, null=True)),
                    ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='verified')),
                    ('created_at', models.DateTimeField(verbose_name='added')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identities', to='members.member')),
                ],
                options={
                    'verbose_name': 'identity',
                    'verbose_name_plural': 'identities',
                },
            ),
            migrations.CreateModel(
                name='IdempotencyKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=255)),
                    ('fingerprint', models.BinaryField(max_length=32)),
                    ('status_code', models.PositiveSmallIntegerField()),
                    ('answer', members.sealing.fields.SealedJSONField(null=True)),
                    ('created_at', models.DateTimeField()),
                    ('client', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                ],
                options={
                    'verbose_name': 'idempotency key',
                    'verbose_name_plural': 'idempotency keys',
                },
            ),
            migrations.CreateModel(
                name='GuardianConsent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', members.sealing.fields.SealedTextField(max_length=120, verbose_name='parent or guardian')),
                    ('phone', members.sealing.fields.SealedTextField(blank=True, max_length=32, verbose_name='their phone')),
                    ('verified_how', models.CharField(max_length=60, verbose_name='checked by')),
                    ('policy_version', models.CharField(max_length=40, verbose_name='policy version')),
                    ('given_at', models.DateTimeField(verbose_name='given')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back')),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guardian_consents', to='members.member', verbose_name='member')),
                ],
                options={
                    'verbose_name': 'consent of a guardian',
                    'verbose_name_plural': 'consents of guardians',
                },
            ),
            migrations.AddField(
                model_name='event',
                name='member',
                field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='members.member', verbose_name='member'),
            ),
            migrations.CreateModel(
                name='DuplicateCandidate',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('score', models.PositiveSmallIntegerField(verbose_name='score')),
                    ('reasons', models.JSONField(default=dict, verbose_name='reasons')),
                    ('state', models.CharField(choices=[('OPEN', 'To be looked at'), ('DISMISSED', 'Two people'), ('MERGED', 'Merged'), ('GONE', 'No longer alike')], default='OPEN', max_length=10, verbose_name='state')),
                    ('found_at', models.DateTimeField(verbose_name='found')),
                    ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                    ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                    ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member', verbose_name='older card')),
                    ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member', verbose_name='younger card')),
                ],
                options={
                    'verbose_name': 'possible duplicate',
                    'verbose_name_plural': 'possible duplicates',
                },
            ),
            migrations.CreateModel(
                name='Consent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('purpose', models.CharField(choices=[('MARKETING', 'Marketing'), ('SERVICE', 'Service messages'), ('PROFILING', 'Profiling')], max_length=12, verbose_name='purpose')),
                    ('medium', models.CharField(choices=[('INBOX', 'In-app inbox'), ('EMAIL', 'E-mail'), ('SMS', 'SMS'), ('WECHAT', 'WeChat'), ('PUSH', 'Push')], max_length=8, verbose_name='channel')),
                    ('is_granted', models.BooleanField(verbose_name='granted')),
                    ('policy_version', models.CharField(max_length=40, verbose_name='policy version')),
                    ('source', models.CharField(max_length=60, verbose_name='source')),
                    ('occurred_at', models.DateTimeField(verbose_name='given')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='members.member', verbose_name='member')),
                ],
                options={
                    'verbose_name': 'consent',
                    'verbose_name_plural': 'consents',
                },
            ),
            migrations.CreateModel(
                name='CommunityMembership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('joined_at', models.DateTimeField(verbose_name='joined')),
                    ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='left')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('source', models.CharField(blank=True, max_length=60, verbose_name='source')),
                    ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='members.community')),
                    ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='members.member', verbose_name='invited by')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='communities', to='members.member')),
                ],
                options={
                    'verbose_name': 'membership of a community',
                    'verbose_name_plural': 'memberships of communities',
                },
            ),
            migrations.CreateModel(
                name='AuditRecord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('action', models.CharField(max_length=60, verbose_name='action')),
                    ('reason', models.TextField(blank=True, verbose_name='reason')),
                    ('details', models.JSONField(default=dict, verbose_name='details')),
                    ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request id')),
                    ('address', models.CharField(blank=True, max_length=45, verbose_name='from where')),
                    ('occurred_at', models.DateTimeField(verbose_name='when')),
                    ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator')),
                    ('client', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='API client')),
                    ('member', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member', verbose_name='member')),
                ],
                options={
                    'verbose_name': 'audit record',
                    'verbose_name_plural': 'audit trail',
                },
            ),
            migrations.CreateModel(
                name='ApprovalRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('action', models.CharField(max_length=60, verbose_name='action')),
                    ('target_type', models.CharField(blank=True, max_length=60)),
                    ('target_id', models.BigIntegerField(blank=True, null=True)),
                    ('target_version', models.CharField(blank=True, max_length=64)),
                    ('summary', models.CharField(max_length=200, verbose_name='request')),
                    ('payload', members.sealing.fields.SealedJSONField(null=True, verbose_name='details')),
                    ('reason', models.TextField(max_length=500, verbose_name='reason')),
                    ('status', models.CharField(choices=[('PENDING', 'Waiting'), ('APPROVED', 'Approved'), ('REJECTED', 'Rejected'), ('WITHDRAWN', 'Withdrawn'), ('EXPIRED', 'Expired'), ('STALE', 'Outdated')], default='PENDING', max_length=10, verbose_name='status')),
                    ('note', models.TextField(blank=True, max_length=500, verbose_name='note')),
                    ('created_at', models.DateTimeField(verbose_name='asked')),
                    ('expires_at', models.DateTimeField(verbose_name='expires')),
                    ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                    ('checker', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approvals_checked', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                    ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals_made', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                    ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='member')),
                ],
                options={
                    'verbose_name': 'approval request',
                    'verbose_name_plural': 'approvals',
                    'permissions': [('decide_approvalrequest', 'Can approve and reject')],
                },
            ),
            migrations.CreateModel(
                name='MemberMerge',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                    ('merged_at', models.DateTimeField(verbose_name='merged')),
                    ('moved', models.JSONField(default=dict, verbose_name='moved')),
                    ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back on')),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator')),
                    ('retired', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='retired')),
                    ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='survivor')),
                    ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken back by')),
                ],
                options={
                    'verbose_name': 'merge',
                    'verbose_name_plural': 'merges',
                },
            ),
            migrations.CreateModel(
                name='MemberNote',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('text', members.sealing.fields.SealedTextField(max_length=1000, verbose_name='note')),
                    ('is_pinned', models.BooleanField(default=False, verbose_name='shown at the counter')),
                    ('created_at', models.DateTimeField(verbose_name='written')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='taken away')),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='members.member', verbose_name='member')),
                ],
                options={
                    'verbose_name': 'note',
                    'verbose_name_plural': 'notes',
                },
            ),
            migrations.CreateModel(
                name='MemberSession',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('created_at', models.DateTimeField(verbose_name='logged in')),
                    ('refreshed_at', models.DateTimeField(verbose_name='last used')),
                    ('expires_at', models.DateTimeField(verbose_name='expires')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                    ('end', models.CharField(blank=True, choices=[('LOGGED_OUT', 'Logged out'), ('REUSED', 'An old token was used again'), ('REVOKED', 'Ended by staff'), ('ERASED', 'Member erased')], max_length=10, verbose_name='why')),
                    ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='app')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='members.member', verbose_name='member')),
                ],
                options={
                    'verbose_name': 'session of a member',
                    'verbose_name_plural': 'sessions of members',
                },
            ),
            migrations.CreateModel(
                name='MemberTag',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('origin', models.CharField(choices=[('HAND', 'By hand'), ('RULE', 'By rule'), ('MODEL', 'By model')], default='HAND', max_length=8, verbose_name='given')),
                    ('created_at', models.DateTimeField(verbose_name='since')),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='member_tags', to='members.member')),
                ],
                options={
                    'verbose_name': 'tag of a member',
                    'verbose_name_plural': 'tags of members',
                },
            ),
            migrations.CreateModel(
                name='MemberToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('ACCESS', 'Access'), ('REFRESH', 'Refresh')], max_length=7)),
                    ('digest', models.BinaryField(max_length=32, unique=True)),
                    ('created_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('used_at', models.DateTimeField(null=True)),
                    ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='members.membersession')),
                ],
                options={
                    'verbose_name': 'token of a member',
                    'verbose_name_plural': 'tokens of members',
                },
            ),
            migrations.CreateModel(
                name='OneTimeCode',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('subject', models.BinaryField(max_length=32)),
                    ('phone', members.sealing.fields.SealedTextField(blank=True, max_length=32)),
                    ('code', members.sealing.fields.SealedTextField(blank=True, max_length=12)),
                    ('code_digest', models.BinaryField(max_length=32)),
                    ('sending', models.CharField(choices=[('TO_SEND', 'To be sent'), ('SENT', 'Sent'), ('FAILED', 'Failed'), ('UNKNOWN', 'Not known whether it was sent')], default='TO_SEND', max_length=7)),
                    ('provider_id', models.CharField(blank=True, max_length=80)),
                    ('tries', models.PositiveSmallIntegerField(default=0)),
                    ('created_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('used_at', models.DateTimeField(null=True)),
                    ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ],
                options={
                    'verbose_name': 'one-time code',
                    'verbose_name_plural': 'one-time codes',
                },
            ),
            migrations.CreateModel(
                name='PolicyDocument',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('PRIVACY', 'Privacy policy'), ('TERMS', 'Terms of membership'), ('MINORS', 'Rules for minors')], max_length=8, verbose_name='document')),
                    ('version', models.CharField(max_length=40, verbose_name='version')),
                    ('language', models.CharField(max_length=8, verbose_name='language')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('text', models.TextField(max_length=200000, verbose_name='text')),
                    ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                    ('effective_at', models.DateTimeField(verbose_name='in force from')),
                    ('published_at', models.DateTimeField(verbose_name='published')),
                    ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'policy document',
                    'verbose_name_plural': 'policy documents',
                },
            ),
            migrations.CreateModel(
                name='PrivacyRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('kind', models.CharField(choices=[('ACCESS', 'Access: what is known'), ('EXPORT', 'Export: take it along'), ('CORRECTION', 'Correction'), ('DELETION', 'Deletion'), ('RESTRICTION', 'Restriction'), ('LIFT_RESTRICTION', 'End of a restriction'), ('NO_PROFILING', 'No profiling')], max_length=16, verbose_name='right')),
                    ('state', models.CharField(choices=[('RECEIVED', 'Received'), ('VERIFIED', 'Identity checked'), ('RUNNING', 'Being done'), ('DONE', 'Done'), ('REFUSED', 'Refused'), ('WITHDRAWN', 'Withdrawn')], default='RECEIVED', max_length=9, verbose_name='state')),
                    ('details', members.sealing.fields.SealedJSONField(null=True, verbose_name='what is asked')),
                    ('source', models.CharField(max_length=60, verbose_name='came by')),
                    ('external_id', models.CharField(blank=True, max_length=80, verbose_name='number there')),
                    ('received_at', models.DateTimeField(verbose_name='received')),
                    ('due_on', models.DateField(verbose_name='due')),
                    ('clock', models.CharField(max_length=12, verbose_name='clock')),
                    ('verified_how', models.CharField(blank=True, max_length=60, verbose_name='identity checked by')),
                    ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='identity checked')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                    ('refusal', models.CharField(blank=True, max_length=300, verbose_name='why refused')),
                    ('result', models.JSONField(default=dict, verbose_name='what was done')),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='privacy_requests', to='members.member', verbose_name='member')),
                    ('taken_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken by')),
                ],
                options={
                    'verbose_name': 'privacy request',
                    'verbose_name_plural': 'privacy requests',
                },
            ),
            migrations.CreateModel(
                name='PrivacyFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('name', models.CharField(max_length=120, verbose_name='file')),
                    ('content', members.sealing.fields.SealedTextField(blank=True, verbose_name='content')),
                    ('size_bytes', models.PositiveBigIntegerField(verbose_name='size, bytes')),
                    ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                    ('made_at', models.DateTimeField(verbose_name='made')),
                    ('expires_at', models.DateTimeField(verbose_name='kept until')),
                    ('fetched_at', models.DateTimeField(blank=True, null=True, verbose_name='fetched')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='members.privacyrequest')),
                ],
                options={
                    'verbose_name': 'package of personal data',
                    'verbose_name_plural': 'packages of personal data',
                },
            ),
            migrations.CreateModel(
                name='Erasure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('member_id', models.BigIntegerField(unique=True)),
                    ('member_uid', models.UUIDField(unique=True)),
                    ('counts', models.JSONField(default=dict, verbose_name='what was removed')),
                    ('digest', models.CharField(max_length=64, verbose_name='digest of the certificate')),
                    ('erased_at', models.DateTimeField(verbose_name='erased')),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='members.privacyrequest')),
                ],
                options={
                    'verbose_name': 'erasure',
                    'verbose_name_plural': 'erasures',
                },
            ),
            migrations.CreateModel(
                name='Disclosure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('key', models.CharField(max_length=120, unique=True)),
                    ('members_count', models.PositiveIntegerField(default=1, verbose_name='members')),
                    ('categories', models.JSONField(default=list, verbose_name='which data')),
                    ('purpose', models.CharField(max_length=200, verbose_name='for what')),
                    ('legal_basis', models.CharField(max_length=60, verbose_name='legal basis')),
                    ('occurred_at', models.DateTimeField(verbose_name='when')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator')),
                    ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='members.member', verbose_name='member')),
                    ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='members.recipient', verbose_name='recipient')),
                ],
                options={
                    'verbose_name': 'disclosure',
                    'verbose_name_plural': 'sharing register',
                },
            ),
            migrations.CreateModel(
                name='RecipientNotice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', models.CharField(choices=[('TO_TELL', 'To be told'), ('TOLD', 'Told'), ('CONFIRMED', 'Confirmed'), ('REFUSED', 'Refused')], default='TO_TELL', max_length=9, verbose_name='state')),
                    ('created_at', models.DateTimeField(verbose_name='since')),
                    ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='told')),
                    ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                    ('answer', models.CharField(blank=True, max_length=300, verbose_name='answer')),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator')),
                    ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='members.recipient', verbose_name='recipient')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='members.privacyrequest')),
                ],
                options={
                    'verbose_name': 'notice to a recipient',
                    'verbose_name_plural': 'notices to recipients',
                },
            ),
            migrations.CreateModel(
                name='ServiceCase',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('kind', models.CharField(choices=[('QUESTION', 'Question'), ('COMPLAINT', 'Complaint'), ('RETURN', 'Return or repair'), ('SUGGESTION', 'Suggestion'), ('PRAISE', 'Praise')], default='QUESTION', max_length=10, verbose_name='kind')),
                    ('medium', models.CharField(choices=[('CALL', 'Call'), ('CHAT', 'Chat'), ('STORE', 'In the store'), ('EMAIL', 'E-mail'), ('OTHER', 'Other')], max_length=6, verbose_name='came by')),
                    ('state', models.CharField(choices=[('OPEN', 'Open'), ('ANSWERED', 'Answered'), ('WAITING', 'Waiting for the member'), ('RESOLVED', 'Resolved')], default='OPEN', max_length=8, verbose_name='state')),
                    ('priority', models.PositiveSmallIntegerField(choices=[(1, 'High'), (2, 'Normal'), (3, 'Low')], default=2, verbose_name='priority')),
                    ('subject', members.sealing.fields.SealedTextField(max_length=200, verbose_name='subject')),
                    ('source', models.CharField(blank=True, max_length=40, verbose_name='source')),
                    ('external_id', models.CharField(blank=True, max_length=80, verbose_name='number there')),
                    ('order_reference', models.CharField(blank=True, max_length=80, verbose_name='order')),
                    ('opened_at', models.DateTimeField(verbose_name='opened')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('first_response_due_at', models.DateTimeField(verbose_name='answer due')),
                    ('first_response_at', models.DateTimeField(blank=True, null=True, verbose_name='first answer')),
                    ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='resolved')),
                    ('reopened_count', models.PositiveSmallIntegerField(default=0, verbose_name='opened again')),
                    ('satisfaction', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='satisfaction, 1 to 5')),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='service_cases', to=settings.AUTH_USER_MODEL, verbose_name='with')),
                    ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='service_cases', to='members.member', verbose_name='member')),
                    ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='members.servicetopic', verbose_name='topic')),
                    ('store', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='members.store', verbose_name='store')),
                ],
                options={
                    'verbose_name': 'service case',
                    'verbose_name_plural': 'service cases',
                },
            ),
            migrations.CreateModel(
                name='CaseMessage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('FROM_MEMBER', 'From the member'), ('TO_MEMBER', 'To the member'), ('NOTE', 'Note among staff')], max_length=11, verbose_name='kind')),
                    ('text', members.sealing.fields.SealedTextField(max_length=4000, verbose_name='text')),
                    ('external_id', models.CharField(blank=True, max_length=80)),
                    ('occurred_at', models.DateTimeField(verbose_name='when')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                    ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='members.servicecase')),
                ],
                options={
                    'verbose_name': 'message of a case',
                    'verbose_name_plural': 'messages of cases',
                },
            ),
            migrations.AddField(
                model_name='member',
                name='store',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='members.store', verbose_name='store'),
            ),
            migrations.AddField(
                model_name='community',
                name='store',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='members.store', verbose_name='store'),
            ),
            migrations.CreateModel(
                name='BehaviorEvent',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('source', models.CharField(max_length=40, verbose_name='source')),
                    ('external_id', models.CharField(max_length=64, verbose_name='id there')),
                    ('visitor', models.CharField(blank=True, max_length=64, verbose_name='visitor')),
                    ('is_adopted', models.BooleanField(default=False, verbose_name='known by the visitor')),
                    ('kind', models.CharField(max_length=24, verbose_name='behavior')),
                    ('object', models.CharField(blank=True, max_length=80, verbose_name='object')),
                    ('channel', models.CharField(blank=True, max_length=40, verbose_name='channel')),
                    ('dwell_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='dwell, seconds')),
                    ('attributes', models.JSONField(default=dict, verbose_name='attributes')),
                    ('fingerprint', models.BinaryField(default=b'', max_length=32)),
                    ('occurred_at', models.DateTimeField(verbose_name='happened')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('member', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member', verbose_name='member')),
                    ('store', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.store', verbose_name='store')),
                ],
                options={
                    'verbose_name': 'behavior event',
                    'verbose_name_plural': 'behavior events',
                },
            ),
            migrations.CreateModel(
                name='Appointment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=members.ids.uuid7, editable=False, unique=True)),
                    ('guide', models.CharField(blank=True, max_length=40, verbose_name='guide')),
                    ('starts_at', models.DateTimeField(verbose_name='from')),
                    ('ends_at', models.DateTimeField(verbose_name='until')),
                    ('state', models.CharField(choices=[('BOOKED', 'Booked'), ('ARRIVED', 'Arrived'), ('DONE', 'Done'), ('NO_SHOW', "Didn't come"), ('CANCELED', 'Canceled')], default='BOOKED', max_length=8, verbose_name='state')),
                    ('source', models.CharField(blank=True, max_length=40, verbose_name='source')),
                    ('external_id', models.CharField(blank=True, max_length=80, verbose_name='number there')),
                    ('booked_at', models.DateTimeField(verbose_name='booked')),
                    ('reminded_at', models.DateTimeField(blank=True, null=True, verbose_name='reminded')),
                    ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('booked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                    ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='members.appointmentkind', verbose_name='kind')),
                    ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='members.member', verbose_name='member')),
                    ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='members.store', verbose_name='store')),
                ],
                options={
                    'verbose_name': 'appointment',
                    'verbose_name_plural': 'appointments',
                },
            ),
            migrations.CreateModel(
                name='Submission',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(editable=False, unique=True)),
                    ('action', models.CharField(max_length=60, verbose_name='action')),
                    ('created_at', models.DateTimeField(verbose_name='sent')),
                    ('actor', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('member', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member')),
                ],
                options={
                    'verbose_name': 'submission',
                    'verbose_name_plural': 'submissions',
                },
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='survey',
                trigger=pgtrigger.compiler.Trigger(name='questions_fixed', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state <> 'DRAFT' AND (NEW.state = 'DRAFT' OR NEW.kind <> OLD.kind OR NEW.questions <> OLD.questions))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='e703c4bfd1e5407b7903f5fcd51ccc58a685c8b9', operation='UPDATE', pgid='pgtrigger_questions_fixed_e4245', table='members_survey', when='BEFORE')),
            ),
            migrations.AddField(
                model_name='surveyresponse',
                name='member',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='survey_responses', to='members.member', verbose_name='member'),
            ),
            migrations.AddField(
                model_name='surveyresponse',
                name='store',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='members.store'),
            ),
            migrations.AddField(
                model_name='surveyresponse',
                name='survey',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='members.survey'),
            ),
            migrations.AddField(
                model_name='membertag',
                name='tag',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='member_tags', to='members.tag'),
            ),
            migrations.AddField(
                model_name='tagrule',
                name='tag',
                field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rule', to='members.tag', verbose_name='tag'),
            ),
            migrations.AddConstraint(
                model_name='breachduty',
                constraint=models.UniqueConstraint(fields=('breach', 'kind'), name='breach_duty_once'),
            ),
            migrations.AddIndex(
                model_name='changerecord',
                index=models.Index(fields=['table', 'row_id', '-id'], name='change_of_row'),
            ),
            migrations.AddIndex(
                model_name='changerecord',
                index=models.Index(fields=['actor', '-id'], name='change_by_actor'),
            ),
            migrations.AddIndex(
                model_name='changerecord',
                index=models.Index(fields=['client', '-id'], name='change_by_client'),
            ),
            migrations.AddIndex(
                model_name='changerecord',
                index=models.Index(fields=['-occurred_at'], name='change_when'),
            ),
            migrations.AddIndex(
                model_name='changerecord',
                index=models.Index(condition=models.Q(('request_id', ''), _negated=True), fields=['request_id'], name='change_request'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='changerecord',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func='IF TG_OP = \'UPDATE\' THEN IF members_forgotten(to_jsonb(OLD), to_jsonb(NEW), CASE WHEN OLD."table" IN (\'members_member\', \'members_identity\', \'members_legalhold\') THEN OLD.row_id::bigint END) THEN RETURN NEW; END IF; END IF; RAISE EXCEPTION \'pgtrigger: Cannot update or delete rows from % table\', TG_TABLE_NAME;', hash='2a0b1e534c5f007b81f5ad1f242dc0d85191b5f7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6ee7e', table='members_changerecord', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='dispatch',
                index=models.Index(condition=models.Q(('state', 'PENDING')), fields=['subscriber', 'next_at'], name='dispatch_due'),
            ),
            migrations.AddIndex(
                model_name='dispatch',
                index=models.Index(condition=models.Q(('state', 'DEAD')), fields=['state'], name='dispatch_dead'),
            ),
            migrations.AddConstraint(
                model_name='joberror',
                constraint=models.UniqueConstraint(fields=('job', 'row', 'code'), name='job_error_once_per_row'),
            ),
            migrations.AddIndex(
                model_name='memberkey',
                index=models.Index(condition=models.Q(('shredded_at__isnull', True)), fields=['kek_version', 'member'], name='members_memberkey_by_version'),
            ),
            migrations.AddConstraint(
                model_name='memberkey',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('shredded_at__isnull', True), ('wrapped__isnull', False)), models.Q(('shredded_at__isnull', False), ('wrapped__isnull', True)), _connector='OR'), name='members_memberkey_wrapped_or_shredded'),
            ),
            migrations.AddConstraint(
                model_name='measure',
                constraint=models.UniqueConstraint(fields=('member', 'code'), name='measure_once_per_member'),
            ),
            migrations.AddConstraint(
                model_name='legalhold',
                constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('member',), name='legal_hold_once'),
            ),
            migrations.AddIndex(
                model_name='identity',
                index=models.Index(condition=models.Q(('last_four_digest__isnull', False)), fields=['last_four_digest'], name='identity_last_four'),
            ),
            migrations.AddConstraint(
                model_name='identity',
                constraint=models.UniqueConstraint(fields=('digest', 'kind', 'issuer'), name='identity_belongs_to_one_member'),
            ),
            migrations.AddConstraint(
                model_name='idempotencykey',
                constraint=models.UniqueConstraint(fields=('client', 'key'), name='idempotency_key_used_once'),
            ),
            migrations.AddConstraint(
                model_name='guardianconsent',
                constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('member',), name='guardian_consent_once'),
            ),
            migrations.AddIndex(
                model_name='event',
                index=models.Index(fields=['member', '-id'], name='event_timeline'),
            ),
            migrations.AddIndex(
                model_name='event',
                index=django.contrib.postgres.indexes.BrinIndex(fields=['recorded_at'], name='event_recorded'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='event',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5ec9c77724ce0ceba37a0fdafd1bff23d7a19387', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_76ade', table='members_event', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='duplicatecandidate',
                index=models.Index(condition=models.Q(('state', 'OPEN')), fields=['-score', 'id'], name='duplicate_queue'),
            ),
            migrations.AddIndex(
                model_name='duplicatecandidate',
                index=models.Index(fields=['second'], name='duplicate_second'),
            ),
            migrations.AddConstraint(
                model_name='duplicatecandidate',
                constraint=models.UniqueConstraint(fields=('first', 'second'), name='duplicate_pair_once'),
            ),
            migrations.AddConstraint(
                model_name='duplicatecandidate',
                constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='duplicate_pair_in_order'),
            ),
            migrations.AddConstraint(
                model_name='duplicatecandidate',
                constraint=models.CheckConstraint(condition=models.Q(('score__gte', 1), ('score__lte', 100)), name='duplicate_score_of_hundred'),
            ),
            migrations.AddIndex(
                model_name='consent',
                index=models.Index(fields=['member', 'purpose', 'medium', '-id'], name='consent_last'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='consent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7fc0e55e6c3b95beab30a7d7c38f4d81fb68ccb4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3362b', table='members_consent', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='communitymembership',
                index=models.Index(fields=['invited_by'], name='community_invited_by'),
            ),
            migrations.AddConstraint(
                model_name='communitymembership',
                constraint=models.UniqueConstraint(fields=('community', 'member'), name='community_member_once'),
            ),
            migrations.AddConstraint(
                model_name='communitymembership',
                constraint=models.CheckConstraint(condition=models.Q(('invited_by__isnull', True), models.Q(('invited_by', models.F('member')), _negated=True), _connector='OR'), name='community_nobody_invites_themselves'),
            ),
            migrations.AddIndex(
                model_name='auditrecord',
                index=models.Index(fields=['member', '-id'], name='audit_of_member'),
            ),
            migrations.AddIndex(
                model_name='auditrecord',
                index=models.Index(fields=['actor', '-id'], name='audit_by_actor'),
            ),
            migrations.AddIndex(
                model_name='auditrecord',
                index=models.Index(fields=['client', '-id'], name='audit_by_client'),
            ),
            migrations.AddIndex(
                model_name='auditrecord',
                index=models.Index(fields=['-occurred_at'], name='audit_when'),
            ),
            migrations.AddIndex(
                model_name='auditrecord',
                index=models.Index(condition=models.Q(('request_id', ''), _negated=True), fields=['request_id'], name='audit_request'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='auditrecord',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF TG_OP = 'UPDATE' THEN IF members_forgotten(to_jsonb(OLD), to_jsonb(NEW), OLD.member_id) THEN RETURN NEW; END IF; END IF; RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7d3cc26ccb2e2e7e0f091f2df0a58846aa778cd7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_26d43', table='members_auditrecord', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='approvalrequest',
                index=models.Index(condition=models.Q(('status', 'PENDING')), fields=['created_at'], name='approval_waiting'),
            ),
            migrations.AddConstraint(
                model_name='approvalrequest',
                constraint=models.CheckConstraint(condition=models.Q(('checker__isnull', True), models.Q(('maker', models.F('checker')), _negated=True), _connector='OR'), name='maker_is_not_checker'),
            ),
            migrations.AddConstraint(
                model_name='approvalrequest',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['APPROVED', 'REJECTED']), _negated=True), models.Q(('checker__isnull', False), ('decided_at__isnull', False)), _connector='OR'), name='a_decision_names_its_checker'),
            ),
            migrations.AddConstraint(
                model_name='membermerge',
                constraint=models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('retired',), name='merge_in_force_once'),
            ),
            migrations.AddConstraint(
                model_name='membermerge',
                constraint=models.CheckConstraint(condition=models.Q(('survivor', models.F('retired')), _negated=True), name='merge_of_two'),
            ),
            migrations.AddIndex(
                model_name='membernote',
                index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['member', '-id'], name='note_in_force'),
            ),
            migrations.AddIndex(
                model_name='membersession',
                index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['member'], name='member_session_open'),
            ),
            migrations.AddIndex(
                model_name='membertoken',
                index=models.Index(fields=['expires_at'], name='member_token_age'),
            ),
            migrations.AddIndex(
                model_name='onetimecode',
                index=models.Index(fields=['subject', '-id'], name='one_time_code_subject'),
            ),
            migrations.AddIndex(
                model_name='onetimecode',
                index=models.Index(fields=['expires_at'], name='one_time_code_age'),
            ),
            migrations.AddConstraint(
                model_name='onetimecode',
                constraint=models.CheckConstraint(condition=models.Q(('tries__lte', 5)), name='one_time_code_tries'),
            ),
            migrations.AddConstraint(
                model_name='policydocument',
                constraint=models.UniqueConstraint(fields=('kind', 'version', 'language'), name='policy_version_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='policydocument',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5a7ff5df54ef6b70874f119503f84f801fb85484', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_38c58', table='members_policydocument', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='privacyrequest',
                index=models.Index(condition=models.Q(('state__in', ['RECEIVED', 'VERIFIED', 'RUNNING'])), fields=['due_on'], name='privacy_request_open'),
            ),
            migrations.AddIndex(
                model_name='privacyrequest',
                index=models.Index(fields=['member', '-id'], name='privacy_request_member'),
            ),
            migrations.AddConstraint(
                model_name='privacyrequest',
                constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('source', 'external_id'), name='privacy_request_sent_once'),
            ),
            migrations.AddConstraint(
                model_name='privacyrequest',
                constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['RECEIVED', 'VERIFIED', 'RUNNING'])), fields=('member', 'kind'), name='privacy_request_open_once'),
            ),
            migrations.AddConstraint(
                model_name='privacyrequest',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'REFUSED'), _negated=True), models.Q(('refusal', ''), _negated=True), _connector='OR'), name='privacy_refusal_says_why'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='erasure',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e7bcbe9e8cf8bca0dafb18dd280b3f319df68bb1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9f286', table='members_erasure', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='disclosure',
                index=models.Index(fields=['member', '-id'], name='disclosure_member'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='disclosure',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d12192a9261d9bbf9fd43a705dcf3c007bee8e8b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7b1e4', table='members_disclosure', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='recipientnotice',
                constraint=models.UniqueConstraint(fields=('request', 'recipient'), name='recipient_told_once'),
            ),
            migrations.AddConstraint(
                model_name='casemessage',
                constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('case', 'external_id'), name='case_message_sent_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='casemessage',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF TG_OP = 'UPDATE' THEN IF members_resealed(OLD.text, NEW.text) AND to_jsonb(OLD) - 'text' = to_jsonb(NEW) - 'text' THEN RETURN NEW; END IF; END IF; RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a33d69b95ee6d81f475c61a81e3f00542cfc1a5d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_50f66', table='members_casemessage', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='servicecase',
                index=models.Index(fields=['member', '-id'], name='service_case_member'),
            ),
            migrations.AddIndex(
                model_name='servicecase',
                index=models.Index(condition=models.Q(('first_response_at__isnull', True)), fields=['first_response_due_at'], name='service_case_waiting'),
            ),
            migrations.AddIndex(
                model_name='servicecase',
                index=models.Index(fields=['-opened_at'], name='service_case_opened'),
            ),
            migrations.AddConstraint(
                model_name='servicecase',
                constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('source', 'external_id'), name='service_case_sent_once'),
            ),
            migrations.AddConstraint(
                model_name='servicecase',
                constraint=models.CheckConstraint(condition=models.Q(('satisfaction__isnull', True), models.Q(('satisfaction__gte', 1), ('satisfaction__lte', 5)), _connector='OR'), name='service_satisfaction_of_five'),
            ),
            migrations.AddConstraint(
                model_name='servicecase',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'RESOLVED'), _negated=True), ('resolved_at__isnull', False), _connector='OR'), name='service_resolved_case_says_when'),
            ),
            migrations.AddIndex(
                model_name='member',
                index=models.Index(fields=['name_index'], name='member_name'),
            ),
            migrations.AddIndex(
                model_name='member',
                index=models.Index(fields=['name_first_index'], name='member_name_first'),
            ),
            migrations.AddIndex(
                model_name='member',
                index=models.Index(fields=['joined_at'], name='member_joined'),
            ),
            migrations.AddConstraint(
                model_name='member',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('state', 'MERGED')), models.Q(models.Q(('state', 'MERGED'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='merged_member_names_its_survivor'),
            ),
            migrations.AddIndex(
                model_name='behaviorevent',
                index=models.Index(condition=models.Q(('member__isnull', False)), fields=['member', '-occurred_at', '-id'], name='behavior_event_member'),
            ),
            migrations.AddIndex(
                model_name='behaviorevent',
                index=models.Index(condition=models.Q(('visitor', ''), _negated=True), fields=['source', 'visitor', 'occurred_at'], name='behavior_event_visitor'),
            ),
            migrations.AddIndex(
                model_name='behaviorevent',
                index=models.Index(fields=['occurred_at'], name='behavior_event_age'),
            ),
            migrations.AddConstraint(
                model_name='behaviorevent',
                constraint=models.UniqueConstraint(fields=('source', 'external_id'), name='behavior_event_once'),
            ),
            migrations.AddIndex(
                model_name='appointment',
                index=models.Index(fields=['store', 'starts_at'], name='appointment_store'),
            ),
            migrations.AddIndex(
                model_name='appointment',
                index=models.Index(fields=['member', '-starts_at'], name='appointment_member'),
            ),
            migrations.AddIndex(
                model_name='appointment',
                index=models.Index(condition=models.Q(('state', 'BOOKED')), fields=['starts_at'], name='appointment_ahead'),
            ),
            migrations.AddConstraint(
                model_name='appointment',
                constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('source', 'external_id'), name='appointment_sent_once'),
            ),
            migrations.AddConstraint(
                model_name='appointment',
                constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='appointment_takes_time'),
            ),
            migrations.AddIndex(
                model_name='surveyresponse',
                index=models.Index(fields=['survey', 'subject'], name='survey_subject'),
            ),
            migrations.AddConstraint(
                model_name='surveyresponse',
                constraint=models.UniqueConstraint(fields=('survey', 'member', 'subject'), name='survey_answered_once'),
            ),
            migrations.AddConstraint(
                model_name='surveyresponse',
                constraint=models.CheckConstraint(condition=models.Q(('score__gte', 0), ('score__lte', 10)), name='survey_score_of_ten'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='surveyresponse',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cd6fc32a5c5cc69b2fce215531d9deacae7ef575', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c8f42', table='members_surveyresponse', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='membertag',
                constraint=models.UniqueConstraint(fields=('member', 'tag'), name='member_bears_a_tag_once'),
            ),
        ]),
    ]
