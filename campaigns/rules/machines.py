"""Machines that look into messages: scanners, prefetchers, proxies. What they do is no reading.

Source: docs/algorithms/receipts.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# A phone shows a message after a moment; scanners look at it before they let it through.
AT_ONCE = timedelta(seconds=5)
# Parts of what they call themselves, in lower case.
_NAMES = (
    # Proxies and prefetchers of mail programs: they fetch pictures whoever reads.
    "googleimageproxy",
    "ggpht.com",
    "yahoomailproxy",
    "yahoo-mail-proxy",
    "mailprivacyprotection",
    # Scanners of mail and links.
    "barracuda",
    "proofpoint",
    "mimecast",
    "messagelabs",
    "symantec",
    "fireeye",
    "forcepoint",
    "trendmicro",
    "cisco-ironport",
    "safelinks",
    "microsoft office existence discovery",
    "bitdefender",
    "sophos",
    "zscaler",
    "urlscan",
    "virustotal",
    # Those that draw previews of links.
    "facebookexternalhit",
    "slackbot",
    "telegrambot",
    "whatsapp",
    "twitterbot",
    "linkedinbot",
    "discordbot",
    "skypeuripreview",
    # Programs that are no browsers.
    "bot/",
    "bot;",
    "bot)",
    "crawler",
    "spider",
    "headlesschrome",
    "phantomjs",
    "python-requests",
    "python-urllib",
    "python-httpx",
    "aiohttp",
    "curl/",
    "wget/",
    "go-http-client",
    "okhttp",
    "java/",
    "libwww",
    "apache-httpclient",
    "node-fetch",
    "axios",
)
# Apple's mail privacy protection calls itself so, and no browser does.
_BARE = "mozilla/5.0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """One look at a link or a picture of a message. `is_prefetch`: the browser says that nobody
    has asked for it yet. `sent_at`: None while the sender has not noted it."""

    method: str
    user_agent: str
    at: datetime
    sent_at: datetime | None
    is_prefetch: bool = False


def is_machine(look: Look) -> bool:
    """Whether it was surely no person, as far as one look shows."""
    name = look.user_agent.strip().lower()
    return (
        look.method == "HEAD"
        or look.is_prefetch
        or name in ("", _BARE)
        or any(part in name for part in _NAMES)
        or look.sent_at is None
        or look.at - look.sent_at < AT_ONCE
    )
