"""A code goes out once, signed; what becomes of it when the gateway fails."""

from datetime import timedelta

import pytest
import time_machine

from members.models import OneTimeCode
from members.providers import log, registry, tc3_sms
from members.providers.contract import CodeMessage, Refused
from members.services import one_time_codes, sms_codes
from members.services.one_time_codes import Asking
from tests import consumers, world
from tests.api.sms_gateway import SmsGateway

pytestmark = pytest.mark.django_db
AT = 1_551_113_065


@pytest.fixture
def app(shop):
    return consumers.app()


@pytest.fixture
def gateway(settings):
    with SmsGateway() as server:
        for name, value in server.settings().items():
            setattr(settings, name, value)
        settings.SMS_TIMEOUT_SECONDS = 5.0
        yield server


def ask(app, *, at=world.NOW):
    one_time_codes.request(asking=Asking(phone=world.ALICE_PHONE, client_id=app.pk), at=at)
    return consumers.code_for(app)


def sent():
    return OneTimeCode.objects.latest("pk")


def test_a_code_is_taken_by_the_gateway_once_with_its_signature_and_its_template(app, gateway):
    code = ask(app)

    assert (sms_codes.send_due(at=world.NOW), sms_codes.send_due(at=world.NOW)) == (1, 0)

    assert gateway.refused == []
    assert gateway.taken == [
        {
            "PhoneNumberSet": ["+8613800138000"],
            "SmsSdkAppId": "1400000001",
            "SignName": "Regulars",
            "TemplateId": "77",
            "TemplateParamSet": [code, "5"],
            "SessionContext": str(sent().uid),
        }
    ]
    row = sent()
    assert (row.sending, row.provider_id, row.phone, row.code) == ("SENT", "serial-1", "", "")


def test_an_answer_that_is_lost_leaves_it_open_and_nobody_is_written_to_twice(app, gateway):
    gateway.answers = [None]
    code = ask(app)

    for minute in range(3):
        sms_codes.send_due(at=world.NOW + timedelta(minutes=minute))

    assert len(gateway.taken) == 1
    assert (sent().sending, sent().code) == ("UNKNOWN", "")
    # It may have arrived all the same.
    asking = Asking(phone=world.ALICE_PHONE, client_id=app.pk)
    assert one_time_codes.check(asking=asking, code=code, at=world.NOW).pk == sent().pk


@pytest.mark.parametrize("answer", [(500, {}), (200, {"Response": {}}), (200, {"no": "form"})])
def test_an_answer_that_says_nothing_leaves_it_open(app, gateway, answer):
    gateway.answers = [answer]
    ask(app)

    sms_codes.send_due(at=world.NOW)

    assert sent().sending == "UNKNOWN"
    assert sms_codes.send_due(at=world.NOW + timedelta(seconds=30)) == 0


def _status(code):
    return (200, {"Response": {"SendStatusSet": [{"SerialNo": "", "Code": code}]}})


@pytest.mark.parametrize(
    "answer",
    [
        _status("FailedOperation.TemplateIncorrectOrUnapproved"),
        _status("InvalidParameterValue.IncorrectPhoneNumber"),
        (200, {"Response": {"Error": {"Code": "InvalidParameter"}}}),
        (403, {}),
    ],
)
def test_what_the_gateway_refuses_for_good_has_failed(app, gateway, answer):
    gateway.answers = [answer]
    ask(app)

    assert sms_codes.send_due(at=world.NOW) == 1

    assert (sent().sending, sent().phone) == ("FAILED", "")
    assert sms_codes.send_due(at=world.NOW) == 0
    # It never went out, so it doesn't count: the member asks again at once.
    ask(app, at=world.NOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    "answer",
    [
        (429, {}),
        (200, {"Response": {"Error": {"Code": "RequestLimitExceeded"}}}),
        _status("FailedOperation.InsufficientBalanceInSmsPackage"),
    ],
)
def test_what_surely_was_not_taken_is_handed_over_again_within_a_minute(app, gateway, answer):
    gateway.answers = [answer]
    ask(app)

    assert sms_codes.send_due(at=world.NOW) == 0
    assert sent().sending == "TO_SEND"
    assert sms_codes.send_due(at=world.NOW + timedelta(seconds=10)) == 1
    assert (sent().sending, len(gateway.taken)) == ("SENT", 1)


def test_a_gateway_that_is_away_is_tried_for_a_minute(app, gateway, settings):
    settings.SMS_URL = "http://127.0.0.1:1"
    ask(app)

    assert sms_codes.send_due(at=world.NOW + timedelta(seconds=59)) == 0
    assert sms_codes.send_due(at=world.NOW + timedelta(seconds=60)) == 1
    assert (sent().sending, sent().phone) == ("FAILED", "")


def test_a_code_that_was_erased_while_it_went_out_is_not_written_again(app, gateway):
    ask(app)
    gateway.before_answer = lambda: None

    claimed = sms_codes._claim(world.NOW, 20)
    OneTimeCode.objects.all().delete()
    sms_codes._hand_over(claimed[0], registry.sms(), world.NOW)

    assert not OneTimeCode.objects.exists()


def test_a_sender_that_died_leaves_it_open_and_phone_and_code_go_with_its_time(app, gateway):
    ask(app)
    sms_codes._claim(world.NOW, 20)

    assert sms_codes.send_due(at=world.NOW + timedelta(minutes=4)) == 0
    assert sent().phone == "+8613800138000"
    assert sms_codes.send_due(at=world.NOW + timedelta(minutes=5)) == 0
    assert (sent().sending, sent().phone, sent().code) == ("UNKNOWN", "", "")
    assert gateway.taken == []


def test_a_code_that_nobody_sent_in_its_time_has_failed(app, gateway):
    ask(app)

    assert sms_codes.send_due(at=world.NOW + timedelta(minutes=5)) == 0
    assert (sent().sending, sent().phone) == ("FAILED", "")


def test_a_call_with_a_wrong_secret_is_refused_by_the_gateway(app, gateway, settings):
    settings.SMS_SECRET = "another secret"
    ask(app)

    sms_codes.send_due(at=world.NOW)

    assert gateway.refused == ["AuthFailure.SignatureFailure"]
    assert (sent().sending, gateway.taken) == ("TO_SEND", [])
    # A person may mend it, but nobody waits for a code longer than a minute.
    sms_codes.send_due(at=world.NOW + timedelta(minutes=1))
    assert (sent().sending, sent().phone, gateway.taken) == ("FAILED", "", [])


@pytest.mark.parametrize(
    ("secret", "signature"),
    [
        (
            "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
        ),
        (
            "Gu5t9xGARNpq86cd98joQYCN3*******",
            "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c",
        ),
    ],
)
def test_the_signature_is_that_of_the_protocol_s_own_example(secret, signature):
    body = (
        rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    )
    by = tc3_sms.Credentials(key_id="AKID", secret=secret)

    told = tc3_sms.authorization(
        host="cvm.tencentcloudapi.com", body=body, at=AT, service="cvm", by=by
    )

    assert told == (
        "TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={signature}"
    )


MESSAGE = CodeMessage(send_key="k", phone="+8613800138000", code="123456", minutes=5)


def test_in_development_the_code_stands_in_the_log_and_never_in_production(
    settings, capsys, caplog
):
    log.send(MESSAGE)
    assert "123456" in capsys.readouterr().err + caplog.text
    caplog.clear()

    settings.REGULARS_ENV = "production"
    with pytest.raises(Refused):
        log.send(MESSAGE)
    told = capsys.readouterr().err + caplog.text
    assert "one_time_code_not_sent" in told
    assert "123456" not in told
    assert "13800138000" not in told
    settings.SMS_PROVIDER = "log"
    assert registry.sms() is None


def test_a_gateway_without_tls_or_credentials_is_no_provider(gateway, settings):
    assert registry.sms() is tc3_sms.PROVIDER
    settings.SMS_URL = "http://sms.example.com"
    assert registry.sms() is None
    settings.SMS_URL, settings.SMS_SECRET = "https://sms.example.com", ""
    assert registry.sms() is None


def test_a_message_tells_neither_phone_nor_code_when_it_is_printed():
    assert repr(MESSAGE) == "<code message k>"


def test_what_goes_out_is_asked_for_at_the_door_and_sent_by_the_worker(app, gateway):
    from members import tasks

    with time_machine.travel(world.NOW, tick=False):
        consumers.phone(app).post("auth/otp", {"phone": world.ALICE_PHONE})
    assert gateway.taken == []

    # The gateway looks at the time of a call, so this is now.
    OneTimeCode.objects.update(created_at="2026-01-01T00:00Z", expires_at="2099-01-01T00:00Z")
    tasks.send_codes()
    assert len(gateway.taken) == 1
