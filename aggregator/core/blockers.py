"""Who stands before a publisher and refused us, known by the headers of the refusal."""

from __future__ import annotations

from collections.abc import Mapping

# (name, header, what its value holds; "" is any value). The first that fits is named, so what
# says "I blocked you" comes before what only says "I am in the way". Lower case throughout.
_SIGNS: tuple[tuple[str, str, str], ...] = (
    ("Cloudflare", "cf-mitigated", ""),  # developers.cloudflare.com/cloudflare-challenges
    ("DataDome", "x-datadome", ""),
    ("DataDome", "x-dd-b", ""),
    ("DataDome", "set-cookie", "datadome="),
    ("DataDome", "server", "datadome"),
    ("PerimeterX (HUMAN)", "set-cookie", "_px"),
    ("PerimeterX (HUMAN)", "x-px-block", ""),
    ("Imperva", "x-iinfo", ""),
    ("Imperva", "set-cookie", "incap_ses"),
    ("Imperva", "x-cdn", "imperva"),
    ("Imperva", "x-cdn", "incapsula"),
    ("Kasada", "x-kpsdk-ct", ""),
    ("AWS WAF", "x-amzn-waf-action", ""),
    ("Sucuri", "x-sucuri-id", ""),
    ("Sucuri", "x-sucuri-block", ""),
    ("Sucuri", "server", "sucuri"),
    ("DDoS-Guard", "server", "ddos-guard"),
    ("Qrator", "server", "qrator"),
    ("Wordfence", "server", "wordfence"),
    ("Vercel", "x-vercel-mitigated", ""),
    ("Akamai", "server", "akamaighost"),
    ("Akamai", "server", "akamainetstorage"),
    ("Akamai", "set-cookie", "_abck="),
    ("Azure Front Door", "x-azure-ref", ""),
    ("Amazon CloudFront", "server", "cloudfront"),
    ("Cloudflare", "cf-ray", ""),
    ("Cloudflare", "server", "cloudflare"),
)

# What a blocker answers with instead of the page. 429 and 503 are refusals unless they say so.
_ALWAYS = frozenset({401, 403, 405, 406, 451})
_CHALLENGES = ("cf-mitigated", "x-vercel-mitigated", "x-amzn-waf-action", "x-datadome")


def blocker(status: int, headers: Mapping[str, str]) -> str | None:
    """The name of the known blocker that sent this refusal; None: none is known of it.

    headers must be case-insensitive.
    """
    if status not in _ALWAYS and not any(name in headers for name in _CHALLENGES):
        return None
    for name, header, part in _SIGNS:
        value = headers.get(header)
        if value is not None and part in value.lower():
            return name
    return None
