"""Posts to addresses that operators type in: out, but never back in, and never without an end."""

import socket
import threading
import time

import pytest

from campaigns.transports import outbound
from campaigns.transports.contract import AnswerLost, NotSent, Refused
from campaigns.transports.outbound import Forbidden
from tests.campaigns import push_server
from tests.campaigns.provider_server import HANG_UP, KEEP_SILENT, ProviderServer
from tests.campaigns.push_server import PushServer

HEAD = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return push_server.certificate_for("localhost", tmp_path_factory.mktemp("tls") / "own.pem")


@pytest.fixture
def trusted(settings):
    """A server of the house, on plain HTTP, that the settings name."""
    with ProviderServer() as server:
        settings.OUTBOUND_TRUSTED_HOSTS = [f"127.0.0.1:{server.server_address[1]}"]
        yield server


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/", "not_https"),
        ("ftp://example.org/", "not_https"),
        ("file:///etc/passwd", "bad_address"),
        ("https://", "bad_address"),
        ("https://alice:secret@example.org/", "bad_address"),
        ("https://example.org:0/", "bad_address"),
        ("https://example.org:99999/", "bad_address"),
        ("https://[::1/", "bad_address"),
        ("https://example.org/" + "x" * 2_000, "bad_address"),
        ("https://127.0.0.1/", "not_public"),
        ("https://[::1]/", "not_public"),
        ("https://[::ffff:10.0.0.1]/", "not_public"),
        ("https://[fec0::1]/", "not_public"),
        ("https://[64:ff9b:1::a00:1]/", "not_public"),
        ("https://169.254.169.254/latest/meta-data/", "not_public"),
        ("https://100.100.100.200/latest/meta-data/", "not_public"),
    ],
)
def test_an_address_that_is_not_public_https_is_refused_by_its_form(url, reason):
    with pytest.raises(Forbidden) as caught:
        outbound.check(url)

    assert caught.value.reason == reason
    assert isinstance(caught.value, Refused)


@pytest.mark.parametrize("url", ["https://localhost/", "https://2130706433/", "https://0x7f.1/"])
def test_a_name_that_leads_back_into_our_network_is_refused_once_it_is_looked_up(url):
    with pytest.raises(Forbidden) as caught:
        outbound.post(url, b"{}", HEAD, timeout=1)

    assert caught.value.reason == "not_public"


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("198.18.0.1", False),
        ("192.0.0.192", False),
        ("168.63.129.16", False),
        ("100.64.0.1", False),
        ("fe80::1", False),
        ("ff02::1", False),
        ("fd00:ec2::254", False),
        ("::ffff:127.0.0.1", False),
        ("::127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_what_counts_as_public(address, is_public):
    assert outbound.is_public(address) is is_public


def test_a_place_that_the_settings_name_may_be_inside_and_plain_and_only_that_port(
    trusted, settings
):
    url = f"http://127.0.0.1:{trusted.server_address[1]}/hook?shop=1"

    assert outbound.post(url, b'{"a": 1}', HEAD, timeout=2) == 200

    (asked,) = trusted.taken
    assert (asked.path, asked.query, asked.json) == ("/hook", {"shop": "1"}, {"a": 1})
    assert asked.headers["host"] == f"127.0.0.1:{trusted.server_address[1]}"
    with pytest.raises(Forbidden):
        outbound.post("http://127.0.0.1:9/", b"{}", HEAD, timeout=2)


def test_one_look_up_and_that_very_address_is_connected_to(trusted, settings, monkeypatch):
    """A name that is public when it is checked, and ours a moment later, gains nothing."""
    port = trusted.server_address[1]
    answers = iter(["127.0.0.1", "10.0.0.1"])
    seen = []

    def look_up(host, port, *_, **__):
        seen.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    settings.OUTBOUND_TRUSTED_HOSTS = [f"shop.example:{port}"]
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **k: look_up(host, *a, **k) if "shop" in host else real(host, *a, **k),
    )

    assert outbound.post(f"http://shop.example:{port}/", b"{}", HEAD, timeout=2) == 200
    assert seen == ["shop.example"]
    assert trusted.taken[0].headers["host"] == f"shop.example:{port}"


@pytest.mark.parametrize("status", [204, 301, 307, 410, 500, 503])
def test_the_status_is_told_as_it_is_and_redirects_are_not_followed(trusted, status):
    trusted.faults = [(status, {})]

    url = f"http://127.0.0.1:{trusted.server_address[1]}/"
    assert outbound.post(url, b"{}", HEAD, timeout=2) == status
    assert trusted.taken == []


def test_nobody_at_home_is_surely_not_sent_and_a_lost_answer_leaves_it_open(trusted, settings):
    url = f"http://127.0.0.1:{trusted.server_address[1]}/"
    trusted.faults = [HANG_UP]
    with pytest.raises(AnswerLost):
        outbound.post(url, b"{}", HEAD, timeout=2)
    assert len(trusted.taken) == 1

    trusted.faults = [KEEP_SILENT]
    begun = time.monotonic()
    with pytest.raises(AnswerLost):
        outbound.post(url, b"{}", HEAD, timeout=0.3)
    assert time.monotonic() - begun < 2

    settings.OUTBOUND_TRUSTED_HOSTS = ["127.0.0.1:9"]
    with pytest.raises(NotSent):
        outbound.post("http://127.0.0.1:9/", b"{}", HEAD, timeout=1)


def test_a_head_that_drips_a_byte_at_a_time_ends_in_time(settings):
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    settings.OUTBOUND_TRUSTED_HOSTS = [f"127.0.0.1:{port}"]
    over = threading.Event()

    def drip():
        caller, _ = server.accept()
        with caller:
            while not over.wait(0.05):
                try:
                    caller.sendall(b"H")
                except OSError:
                    return

    threading.Thread(target=drip, daemon=True).start()
    begun = time.monotonic()
    with server, pytest.raises(AnswerLost):
        outbound.post(f"http://127.0.0.1:{port}/", b"{}", HEAD, timeout=0.3)
    over.set()
    assert time.monotonic() - begun < 2


def test_tls_is_checked_by_the_name_and_an_own_authority_counts_where_it_is_named(
    certificate, settings
):
    with PushServer(certificate) as server:
        settings.OUTBOUND_TRUSTED_HOSTS = [
            server.place,
            server.place.replace("localhost", "127.0.0.1"),
        ]
        head = {**HEAD, "webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}

        with pytest.raises(NotSent):
            outbound.post(server.url, b"{}", head, timeout=2)
        settings.OUTBOUND_CA_FILE = str(certificate)
        assert outbound.post(server.url, b"{}", head, timeout=2) == 401
        # The certificate is the name's, not the address's.
        with pytest.raises(NotSent):
            outbound.post(server.url.replace("localhost", "127.0.0.1"), b"{}", head, timeout=2)
