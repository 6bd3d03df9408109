"""The one way out to addresses that operators type in: signed posts of pushes and journeys.

An address that somebody may choose must not lead back into our own network, nor to what machines
of a cloud tell about themselves. So: https, the name resolved once and that very address connected
to, only addresses of the public internet, no redirects, an end to waiting.
Source: https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import contextlib
import functools
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

import idna
from django.conf import settings

from campaigns.transports.contract import AnswerLost, NotSent, Refused

_DEFAULT_PORTS = {"https": 443, "http": 80}
_LONGEST_URL = 2_000
_MOST_ADDRESSES = 8
# What a path and a query may hold as it is; everything else is escaped.
_PLAIN = "%/:=&?~+!$,;'@()*[]|"
# Public by the books, but machines of clouds answer there about themselves; or a way of writing
# another address.
# Source: https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-special-registry.
_DENIED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.100.100.200/32",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "2002::/16",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "3fff::/20",
        "fd00::/8",
        # Of a site, before there were the ones above: the library takes them as public.
        "fec0::/10",
    )
)


class Forbidden(Refused):
    """The address is not one that we post to: `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class _Target:
    """Where a post goes: the name for TLS and the header, and the addresses that were looked up
    and checked; nothing else is connected to."""

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]
    path: str


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    body: bytes | None
    headers: Mapping[str, str]


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float) -> int:
    """Posts `body` to `url` and returns the status of the answer, whatever it is; its body isn't
    read, and redirects aren't followed. It takes at most `timeout` seconds behind the look-up of
    the name.

    Raises: Forbidden, for an address that isn't allowed; NotSent, where surely nothing went out;
    AnswerLost, where the other side may have got it.
    """
    return _call(url, _Request("POST", body, headers), timeout)


def get(url: str, *, timeout: float) -> int:
    """As `post`, but only asks. Raises: Forbidden; NotSent; AnswerLost."""
    return _call(url, _Request("GET", None, {}), timeout)


def check(url: str) -> SplitResult:
    """`url` in parts, if its form is allowed; nothing is looked up. Forms use it as well.

    Raises: Forbidden.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii(parts.hostname or "")
    except (ValueError, UnicodeError):
        raise Forbidden("bad_address") from None
    if len(url) > _LONGEST_URL or not host or parts.username is not None or port == 0:
        raise Forbidden("bad_address")
    if parts.scheme not in _DEFAULT_PORTS:
        raise Forbidden("not_https")
    is_trusted = _is_trusted(host, port or _DEFAULT_PORTS[parts.scheme])
    if parts.scheme != "https" and not is_trusted:
        raise Forbidden("not_https")
    if _is_literal(host) and not is_trusted and not is_public(host):
        raise Forbidden("not_public")
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet that a post may go to."""
    ip = ipaddress.ip_address(address)
    held = getattr(ip, "ipv4_mapped", None)
    if held is not None:
        ip = held
    if any(ip in network for network in _DENIED if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _call(url: str, request: _Request, timeout: float) -> int:
    target = _resolve(check(url))
    connection = http.client.HTTPConnection(target.host, target.port, timeout=timeout)
    with _at_most(timeout, connection) as is_over:
        _connect(connection, target, is_over)
        return _exchange(connection, target, request)


def _resolve(parts: SplitResult) -> _Target:
    """One look-up; if any of the addresses is not allowed, none is: the name is not honest."""
    host = _ascii(parts.hostname or "")
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotSent(type(error).__name__) from None
    except UnicodeError:
        raise Forbidden("bad_address") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))[:_MOST_ADDRESSES]
    if not (_is_trusted(host, port) or all(is_public(address) for address in addresses)):
        raise Forbidden("not_public")
    path = quote(parts.path or "/", safe=_PLAIN)
    query = f"?{quote(parts.query, safe=_PLAIN)}" if parts.query else ""
    return _Target(
        scheme=parts.scheme, host=host, port=port, addresses=tuple(addresses), path=path + query
    )


def _ascii(host: str) -> str:
    return host if host.isascii() else idna.encode(host, uts46=True).decode()


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_trusted(host: str, port: int) -> bool:
    """Whether the installation's own settings name this place: it may be inside, and plain."""
    return _place(host, port) in settings.OUTBOUND_TRUSTED_HOSTS


def _place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextlib.contextmanager
def _at_most(
    seconds: float, connection: http.client.HTTPConnection
) -> Iterator[Callable[[], bool]]:
    """Whatever the other side does, dripping a byte at a time included, ends in time."""
    over = threading.Event()
    timer = threading.Timer(seconds, _hang_up, [connection, over])
    timer.daemon = True
    timer.start()
    try:
        yield over.is_set
    finally:
        timer.cancel()
        connection.close()


def _hang_up(connection: http.client.HTTPConnection, over: threading.Event) -> None:
    over.set()
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            # Of a socket in TLS, too, without taking from it what the other thread reads by.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _connect(
    connection: http.client.HTTPConnection, target: _Target, is_over: Callable[[], bool]
) -> None:
    """To an address that was checked, with the name in TLS."""
    try:
        plain = _reached(target, connection.timeout, is_over)
        connection.sock = plain
        if target.scheme == "https":
            context = _tls(settings.OUTBOUND_CA_FILE)
            secured = context.wrap_socket(
                plain, server_hostname=target.host, do_handshake_on_connect=False
            )
            connection.sock = secured
            secured.do_handshake()
    except OSError as error:
        raise NotSent(type(error).__name__) from None
    if is_over():
        raise NotSent("TimeoutError")


def _reached(target: _Target, timeout: float | None, is_over: Callable[[], bool]) -> socket.socket:
    """The first of the addresses that answers. Raises: OSError, of the last one tried."""
    for number, address in enumerate(target.addresses, start=1):
        try:
            return socket.create_connection((address, target.port), timeout)
        except OSError:
            if is_over() or number == len(target.addresses):
                raise
    raise OSError("no address")


@functools.cache
def _tls(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def _exchange(connection: http.client.HTTPConnection, target: _Target, request: _Request) -> int:
    is_usual = target.port == _DEFAULT_PORTS[target.scheme]
    place = _place(target.host, target.port)
    # A connection of its own for each; nothing is kept open.
    sent = {
        "User-Agent": "Regulars",
        **request.headers,
        "Host": place.rpartition(":")[0] if is_usual else place,
        "Connection": "close",
    }
    try:
        connection.request(request.method, target.path, request.body, sent)
        with connection.getresponse() as answer:
            return answer.status
    except (OSError, http.client.HTTPException) as error:
        # Its text may hold the request.
        raise AnswerLost(type(error).__name__) from None
