"""WebSub, the subscriber's side: what each message between a hub and us means (W3C REC-websub-20180123)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.core import hosts, schedule, urls
from aggregator.model import Advertised, FeedInfo, Hub, Mode, Settings, Subscription

PATH = "websub/"  # of callbacks, below base_url
LEASE = timedelta(days=10)  # what we ask for; the hub decides
# What a hub may decide: a shorter lease would have us ask it all the time, a longer one we could not end.
_LEASE_LEAST, _LEASE_MOST = timedelta(hours=1), timedelta(days=30)
_RENEWED_AFTER = 0.75  # of a lease
CONFIRMS_WITHIN = timedelta(hours=1)  # after it was asked
_AFTER_DENIAL = timedelta(days=7)
_HOUR = timedelta(hours=1)
_TRIES_TO_LEAVE = 3  # afterwards its pushes meet 410, which ends a subscription as well (§7)

_LONGEST_URL = 2048
_LONGEST_CHALLENGE = 4096
_LINK = re.compile(r"<([^<>]*)>([^<>]*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
_SIGNATURE = re.compile(r"\s*(sha1|sha256|sha384|sha512)\s*=\s*([0-9a-fA-F]{40,128})\s*")


def reachable(settings: Settings) -> bool:
    """Whether hubs can reach us, so that subscribing makes sense."""
    if settings.websub == "auto":
        return not hosts.is_local(urlsplit(settings.base_url).hostname or "localhost")
    return settings.websub == "on"


def advertised(link_headers: Iterable[str], url: str) -> Advertised:
    """The first hub and the topic that Link headers name (RFC 8288 §3). url is what they are relative to."""
    found: dict[str, str] = {}
    for header in link_headers:
        for target, parameters in _LINK.findall(header):
            rel = _REL.search(parameters)
            for name in (rel[1] or rel[2]).lower().split() if rel else ():
                found.setdefault(name, target)
    return Advertised(urls.absolute(found.get("hub"), url), urls.absolute(found.get("self"), url))


def hub_of(said: Advertised, info: FeedInfo, document_url: str) -> Hub | None:
    """The hub to subscribe at: by the headers, else by the feed's head (§4). None: none is named.

    A feed that does not name itself is known to its hub by the URL that we asked, if at all.
    """
    url = said.hub or info.hub
    topic = said.topic or info.topic or document_url
    if not url or not all(_can_be_used(one) for one in (url, topic)):
        return None
    return Hub(url, topic)


def _can_be_used(url: str) -> bool:
    return len(url) <= _LONGEST_URL and url.startswith(("http://", "https://"))


def callback(subscription: Subscription, settings: Settings) -> str:
    """The URL at which the hub reaches us for this subscription."""
    return f"{settings.base_url}{PATH}{subscription.token}"


def form(subscription: Subscription, settings: Settings) -> dict[str, str]:
    """What the hub is sent for a subscription with something pending (§5.1).

    The secret goes to hubs on plain http as well: without one a hub signs nothing, and what
    is not signed is not read.
    """
    assert subscription.pending is not None
    fields = {
        "hub.callback": callback(subscription, settings),
        "hub.mode": subscription.pending.value,
        "hub.topic": subscription.hub.topic,
    }
    if subscription.pending is Mode.SUBSCRIBE:
        fields["hub.secret"] = subscription.secret
        fields["hub.lease_seconds"] = str(int(LEASE.total_seconds()))
    return fields


def due(subscription: Subscription, now: datetime) -> Subscription | None:
    """A subscription whose next_try has come, with what the hub is now asked pending; None: it is over."""
    live = subscription.lease_ends is not None and subscription.lease_ends > now
    if subscription.pending is not None:
        why = f"{_host(subscription)} does not confirm it: can it reach base_url?"
        subscription = replace(subscription, failures=subscription.failures + 1, error=why)
    if subscription.wanted:
        later = schedule.backed_off(CONFIRMS_WITHIN, subscription.failures, schedule.DAY, 1.0)
        return replace(subscription, pending=Mode.SUBSCRIBE, next_try=now + later)
    if not live:
        return None
    if subscription.failures >= _TRIES_TO_LEAVE:
        return None
    return replace(subscription, pending=Mode.UNSUBSCRIBE, next_try=now + CONFIRMS_WITHIN)


def failed(
    subscription: Subscription, why: str, retry_at: datetime | None, now: datetime, jitter: float
) -> Subscription:
    """A subscription whose hub could not be asked, or said no at once. jitter is random, 0 to 1."""
    failures = subscription.failures + 1
    later = now + schedule.backed_off(_HOUR, failures, 2 * schedule.DAY, jitter)
    next_try = max(later, retry_at or later)
    if not subscription.wanted:  # still pending, which ``due`` counts
        return replace(subscription, error=why, next_try=next_try)
    return replace(subscription, pending=None, failures=failures, error=why, next_try=next_try)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a hub's question is answered, and how the subscription stands then."""

    status: int
    body: str = ""
    after: Subscription | None = None  # None with status 200: it is over; with another: nothing changes


def reply(subscription: Subscription, query: Mapping[str, str], now: datetime) -> Reply:
    """Answer a hub that asks whether we meant it (§5.3), or says that it will not (§5.2).

    Only what was asked for, and is not confirmed yet, is confirmed.
    """
    mode, topic, challenge = (query.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge"))
    if topic != subscription.hub.topic:
        return Reply(404)
    if mode == "denied":
        return Reply(200, after=_denied(subscription, now))
    if mode != subscription.pending or not challenge or len(challenge) > _LONGEST_CHALLENGE:
        return Reply(404)
    if mode == Mode.UNSUBSCRIBE:
        return Reply(200, challenge)
    lease = _lease(query.get("hub.lease_seconds", ""))
    return Reply(
        200,
        challenge,
        replace(
            subscription,
            pending=None,
            lease_ends=now + lease,
            next_try=now + max(lease * _RENEWED_AFTER, _LEASE_LEAST),
            failures=0,
            error=None,
        ),
    )


def _denied(subscription: Subscription, now: datetime) -> Subscription | None:
    if not subscription.wanted:
        return None
    return replace(
        subscription,
        pending=None,
        lease_ends=None,
        trusted=False,
        next_try=now + _AFTER_DENIAL,
        failures=subscription.failures + 1,
        error=f"{_host(subscription)} refuses to tell us of it",
    )


def _lease(seconds: str) -> timedelta:
    if not re.fullmatch(r"[0-9]{1,9}", seconds):
        return LEASE
    return min(max(timedelta(seconds=int(seconds)), _LEASE_LEAST), _LEASE_MOST)


def is_signed(body: bytes, secret: str, signature: str | None) -> bool:
    """Whether a push is its hub's: an HMAC of the body as sent, keyed with the secret (§7.1)."""
    found = _SIGNATURE.fullmatch(signature or "")
    if found is None:
        return False
    right = hmac.new(secret.encode(), body, found[1]).hexdigest()
    return hmac.compare_digest(right, found[2].lower())


def in_words(subscription: Subscription) -> str:
    """How a subscription stands, for the operator; holds no more of the hub's URL than its host."""
    host = _host(subscription)
    if subscription.error:
        return f"WebSub: {subscription.error}"
    if subscription.lease_ends is None:
        return f"WebSub: {host} has been asked and has not confirmed yet"
    until = f"{subscription.lease_ends:%Y-%m-%d}"
    if subscription.trusted:
        return f"WebSub: {host} tells us of news; subscribed until {until}"
    return f"WebSub: subscribed at {host} until {until}; polled as usual until a push comes"


def _host(subscription: Subscription) -> str:
    return urlsplit(subscription.hub.url).hostname or "its hub"
