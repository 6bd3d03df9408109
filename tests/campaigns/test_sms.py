"""Short messages by two gateways of two families: taken once, refused, busy, or unknown."""

import pytest

from campaigns.transports import sms
from campaigns.transports.contract import AddressClosed, AnswerLost, Message, NotSent, Refused
from members.providers import basic_sms, registry, tc3_sms
from members.providers.contract import CodeMessage
from tests.api import sms_gateway as tc3
from tests.campaigns.provider_server import HANG_UP, KEEP_SILENT
from tests.campaigns.sms_gateway import RECEIPTS_URL, SENDER, SmsGateway

TEXT = Message(
    send_key="e7:s1",
    wire_key="0195-uid",
    address="+8613800138000",
    subject="",
    body="【商店】您有 500 积分将过期，拒收请回复R",
)
FILLED = Message(
    send_key="e7:s1",
    wire_key="0195-uid",
    address="+8613800138000",
    subject="",
    body="",
    template="1234",
    fields={"1": "Alice", "2": "500"},
)


def set_up(server, settings):
    for name, value in server.settings().items():
        setattr(settings, name, value)
    settings.SMS_TIMEOUT_SECONDS = 2.0


@pytest.fixture
def basic(settings):
    with SmsGateway() as server:
        set_up(server, settings)
        yield server


@pytest.fixture
def approved(settings):
    with tc3.SmsGateway() as server:
        set_up(server, settings)
        yield server


def test_a_text_is_taken_with_the_accounts_password_and_told_where_to_report(basic):
    assert sms.send(TEXT) == "SM1"

    assert basic.taken[0].form == {
        "To": "+8613800138000",
        "From": SENDER,
        "Body": "【商店】您有 500 积分将过期，拒收请回复R",
        "StatusCallback": RECEIPTS_URL,
    }


def test_a_group_of_numbers_sends_as_a_group(basic, settings):
    settings.SMS_SENDER, settings.SMS_RECEIPTS_URL = "MG0123", ""
    basic.faults = [(201, {"sid": "SM9"})]

    assert sms.send(TEXT) == "SM9"
    form = basic_sms._form(basic_sms.TextMessage(send_key="k", phone="+12025550100", text="Hello"))
    assert form == {"To": "+12025550100", "MessagingServiceSid": "MG0123", "Body": "Hello"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, {"code": 21211, "status": 400}), AddressClosed),
        ((400, {"code": 21610, "status": 400}), AddressClosed),
        ((400, {"code": 21617, "status": 400}), Refused),
        ((400, {"code": 21611}), NotSent),
        ((400, {"code": 63038}), NotSent),
        ((400, b"<html>"), Refused),
        ((302, {}), Refused),
        ((401, {"code": 20003}), NotSent),
        ((404, {"code": 20404}), NotSent),
        ((429, {"code": 20429}), NotSent),
        ((500, {}), AnswerLost),
        ((503, {}), AnswerLost),
        ((201, {"no": "sid"}), AnswerLost),
        ((200, b"<html>"), AnswerLost),
    ],
)
def test_what_the_answer_says_about_the_text(basic, answer, error):
    basic.faults = [answer]

    with pytest.raises(error) as caught:
        sms.send(TEXT)

    assert type(caught.value) is error
    assert basic.taken == []


def test_a_wrong_password_is_for_a_person_to_mend_and_nothing_went_out(basic, settings):
    settings.SMS_SECRET = "another"

    with pytest.raises(NotSent):
        sms.send(TEXT)

    assert basic.taken == []


@pytest.mark.parametrize("fault", [HANG_UP, KEEP_SILENT])
def test_a_text_whose_answer_is_lost_may_have_been_taken(basic, settings, fault):
    settings.SMS_TIMEOUT_SECONDS = 0.3
    basic.faults = [fault]

    with pytest.raises(AnswerLost):
        sms.send(TEXT)

    assert len(basic.taken) == 1


def test_a_gateway_that_is_away_has_surely_not_taken_it(basic, settings):
    settings.SMS_URL = "http://127.0.0.1:9"

    with pytest.raises(NotSent):
        sms.send(TEXT)


def test_a_code_goes_out_by_the_gateway_of_free_texts_in_the_installations_language(
    basic, settings
):
    settings.LANGUAGE_CODE = "en"
    code = CodeMessage(send_key="c1", phone="+8613800138000", code="123456", minutes=5)
    provider = registry.sms()

    assert provider is basic_sms.PROVIDER
    assert provider.send(code) == "SM1"
    assert basic.taken[0].form["Body"] == (
        "123456 is your code, good for 5 minutes. Give it to nobody."
    )


def test_a_text_of_a_campaign_fills_the_template_that_the_other_gateway_approved(approved):
    assert sms.needs_template()
    assert (sms.send(FILLED), sms.send(FILLED)) == ("serial-1", "serial-2")

    assert approved.refused == []
    assert [
        (one["TemplateId"], one["TemplateParamSet"], one["SessionContext"])
        for one in approved.taken
    ] == [("1234", ["Alice", "500"], "0195-uid")] * 2


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("LimitExceeded.PhoneNumberThirtySecondLimit", NotSent),
        ("LimitExceeded.AppDailyLimit", NotSent),
        ("FailedOperation.InsufficientBalanceInSmsPackage", NotSent),
        ("UnauthorizedOperation.SerivceSuspendDueToArrears", NotSent),
        ("UnauthorizedOperation.RequestIpNotInWhitelist", NotSent),
        ("LimitExceeded.PhoneNumberDailyLimit", Refused),
        ("FailedOperation.TemplateIncorrectOrUnapproved", Refused),
        ("FailedOperation.PhoneNumberInBlacklist", AddressClosed),
        ("InvalidParameterValue.IncorrectPhoneNumber", AddressClosed),
        ("InternalError.Timeout", AnswerLost),
    ],
)
def test_what_the_status_of_an_approved_text_says(code, error):
    told = tc3_sms._failure(code)

    assert type(told) is error


def test_free_text_is_refused_where_only_approved_texts_go_out(approved):
    with pytest.raises(Refused):
        sms.send(TEXT)

    assert approved.taken == []


def test_what_is_missing_is_named(approved, settings):
    settings.SMS_TEMPLATE_ID = ""
    assert sms.lacks() == []

    settings.SMS_SECRET = ""
    assert sms.lacks() == ["SMS_SECRET"]

    settings.SMS_PROVIDER = "basic"
    assert sms.lacks() == ["SMS_SECRET", "SMS_SENDER"]
    assert not sms.needs_template()

    settings.SMS_PROVIDER = ""
    assert sms.lacks() == ["SMS_PROVIDER"]

    settings.SMS_PROVIDER = "log"
    assert (sms.lacks(), sms.send(TEXT)) == ([], "log:0195-uid")
    settings.REGULARS_ENV = "production"
    assert sms.lacks() == ["SMS_PROVIDER"]
    with pytest.raises(Refused):
        sms.send(TEXT)


def test_a_message_tells_neither_address_nor_text_when_it_is_printed():
    assert repr(TEXT) == "<message e7:s1>"
