"""URLs: absolute, canonical, without trackers, without credentials."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

# Query parameters that say how a reader came, never what they read. Exact names:
_TRACKERS = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid",
        "ttclid", "li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hssc",
        "__hstc", "__hsfp", "hsctatracking", "vero_id", "vero_conv", "oly_anon_id", "oly_enc_id", "wickedid",
        "rb_clickid", "s_cid", "ncid", "cmpid", "ito", "smid", "sr_share", "ref_src", "ref_url", "srsltid",
        "guccounter", "guce_referrer", "guce_referrer_sig", "__twitter_impression", "spm", "scm", "epik",
        "_openstat", "dicbo", "fb_action_ids", "fb_action_types", "fb_source", "fb_ref", "action_object_map",
    }
)  # fmt: skip
# Families, by how the name begins: Google Analytics, AT Internet, Piwik/Matomo, Adobe, HubSpot.
_TRACKER_FAMILIES = (
    "utm_", "at_medium", "at_campaign", "at_custom", "at_bbc_team", "at_link", "at_format", "at_ptr",
    "at_creation", "at_platform", "pk_", "piwik_", "mtm_", "matomo_", "hsa_", "ga_source", "ga_medium",
    "ga_campaign", "ga_term", "ga_content", "stm_", "itm_", "wt.mc_",
)  # fmt: skip
# Query parameters that are a key to what they lead to, by their names.
_SECRET = re.compile(
    r"(?:key|auth|pwd|sig|[^=]*(?:token|secret|passw|api[_-]?key|signature|credential)[^=]*)=", re.IGNORECASE
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_MAX_URL = 8192  # longer than any server takes (RFC 9110 §4.1 asks for 8000); data in disguise
_ABSOLUTE = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?:[/?#][!-;=?-\[\]_a-z~|]*)?\Z", re.IGNORECASE)
_DOTS = re.compile(r"/\.{1,2}(?:[/?#]|\Z)")
# Needs nothing but its trackers off: lower case, no port, credentials, fragment or empty part.
_CANONICAL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[!-\"$->@-~]*(?:\?[!-\"$-~]+)?\Z")
# What Ghost and others put on each link that leads out, the host it stood on, and Medium what page or feed.
_LED_OUT = re.compile(r"ref=(?:[a-z0-9-]+\.)+[a-z]{2,24}\Z|source=(?:post_page|rss)(?:-[\w-]*)?\Z")
_CONTROLS = re.compile("[\x00-\x20\x7f]")
_EDGES = "".join(map(chr, range(0x21)))  # what WHATWG URL §4.4 strips


def absolute(url: str | None, base: str | None) -> str | None:
    """The URL made absolute on a base (RFC 3986 §5), if it then is http or https with a host.

    None for anything else: javascript:, data:, mailto:, nonsense, more than 8,192 characters.
    """
    if not url or len(url) > _MAX_URL:
        return None
    if _ABSOLUTE.match(url) and not ("/." in url and _DOTS.search(url)):
        return url
    url = url.strip(_EDGES).replace("\n", "").replace("\r", "").replace("\t", "")
    if not url:
        return None
    try:
        own = urlsplit(url)
        if own.scheme and not own.netloc:  # "https:" and the like, which urljoin takes for the base
            return None
        joined = urljoin(base or "", url)
        parts = urlsplit(joined)
        usable = parts.scheme.lower() in _DEFAULT_PORTS and bool(parts.hostname)
        _ = parts.port  # raises ValueError where it is none
    except ValueError:
        return None
    if not usable or len(joined) > _MAX_URL:
        return None
    return _CONTROLS.sub(lambda found: f"%{ord(found[0]):02X}", joined)


def strip_tracking(url: str) -> str:
    """The URL without tracking parameters; everything else stays byte for byte, in order."""
    head, mark, rest = url.partition("?")
    if not mark:
        return url
    query, hash_mark, fragment = rest.partition("#")
    if "#" in head:  # the question mark stands in the fragment
        return url
    kept = [part for part in query.split("&") if not is_tracker(part.partition("=")[0])]
    if "ref=" in query or "source=" in query:
        kept = [part for part in kept if not _LED_OUT.match(part)]
    if len(kept) == query.count("&") + 1:
        return url
    return head + ("?" + "&".join(kept) if kept else "") + hash_mark + fragment


@lru_cache(maxsize=1024)  # the same few names stand in most queries
def is_tracker(name: str) -> bool:
    """Whether a query parameter of this name only tells how a reader came."""
    name = name.removeprefix("amp;").lower()
    return name in _TRACKERS or name.startswith(_TRACKER_FAMILIES)


def canonical(url: str) -> str:
    """The form in which two URLs of the same page are equal, as far as syntax tells (RFC 3986 §6.2).

    Scheme and host in lower case, default port, fragment, credentials and trackers off, "/" for an empty
    path. A URL that cannot be split comes back as it is.
    """
    bare = strip_tracking(url.strip(_EDGES))
    if _CANONICAL.match(bare):
        return bare
    try:
        parts = urlsplit(bare)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url
    if not host:
        return url
    scheme = parts.scheme.lower()
    if ":" in host:
        host = f"[{host}]"
    if port is not None and str(port) != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{port}"
    return urlunsplit((scheme, host, parts.path or "/", parts.query, ""))


def public(url: str) -> str:
    """A source's URL as it is shown and published: without user, password, and keys in its query."""
    if "?" not in url:
        return without_credentials(url) if "@" in url else url
    head, _, tail = without_credentials(url).partition("?")
    query, mark, fragment = tail.partition("#")
    kept = "&".join(part for part in query.split("&") if not _SECRET.match(part))
    return head + ("?" + kept if kept else "") + mark + fragment


def without_credentials(url: str) -> str:
    """The URL without user name and password: the only form that is logged, shown or published."""
    head, mark, rest = url.partition("://")
    if not mark:
        return url
    end = min((at for at in map(rest.find, "/?#\\") if at >= 0), default=len(rest))
    return head + mark + rest[:end].rpartition("@")[2] + rest[end:]
