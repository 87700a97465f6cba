"""Who refused us, by the headers of the refusal."""

import pytest

from aggregator.core.blockers import blocker


@pytest.mark.parametrize(
    ("status", "headers", "name"),
    [
        (403, {"cf-mitigated": "challenge", "server": "cloudflare"}, "Cloudflare"),
        (403, {"server": "Cloudflare", "cf-ray": "8f-ICN"}, "Cloudflare"),
        (403, {"server": "cloudflare", "x-datadome": "protected"}, "DataDome"),
        (403, {"set-cookie": "datadome=abc; Max-Age=1"}, "DataDome"),
        (403, {"server": "AkamaiGHost"}, "Akamai"),
        (403, {"x-iinfo": "1-2-3", "set-cookie": "incap_ses_1=x"}, "Imperva"),
        (405, {"x-amzn-waf-action": "captcha"}, "AWS WAF"),
        (202, {"x-amzn-waf-action": "challenge"}, "AWS WAF"),
        (403, {"x-sucuri-id": "12"}, "Sucuri"),
        (403, {"server": "ddos-guard"}, "DDoS-Guard"),
        (429, {"x-vercel-mitigated": "challenge"}, "Vercel"),
        (403, {"server": "CloudFront"}, "Amazon CloudFront"),
        (403, {"server": "nginx"}, None),
        (403, {}, None),
        (404, {"server": "cloudflare", "cf-ray": "8f"}, None),
        (500, {"server": "cloudflare"}, None),
        (503, {"server": "cloudflare", "cf-mitigated": "challenge"}, "Cloudflare"),
    ],
)
def test_a_known_blocker_is_named_when_it_is_the_one_that_refuses(status, headers, name):
    assert blocker(status, headers) == name
