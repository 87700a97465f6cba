"""Which addresses may be reached."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.addresses import inner, judge


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "11.0.0.1",
     "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
     "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)  # fmt: skip
def test_a_public_address_may_be_reached(address):
    assert judge(ip_address(address)).public


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.255.255", "private"),
        ("100.64.0.1", "shared"),
        ("100.127.255.255", "shared"),
        ("198.18.0.1", "benchmarking"),
        ("198.19.255.255", "benchmarking"),
        ("::1", "loopback"),
        ("fd12:3456::1", "unique local"),
        ("fc00::1", "unique local"),
        ("fec0::1", "site-local"),
    ],
)
def test_the_operators_own_addresses_are_local_and_not_public(address, what):
    verdict = judge(ip_address(address))
    assert (verdict.public, verdict.local) == (False, True)
    assert what in verdict.what


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("169.254.169.254", "metadata"),
        ("169.254.170.2", "metadata"),
        ("100.100.100.200", "metadata"),
        ("168.63.129.16", "metadata"),
        ("192.0.0.192", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("fd20:ce::254", "metadata"),
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("169.254.1.1", "link-local"),
        ("192.0.0.1", "protocol"),
        ("192.0.2.1", "documentation"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.1", "documentation"),
        ("192.88.99.1", "reserved"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("100::1", "discard"),
        ("100:0:0:1::1", "reserved"),
        ("2001:2::1", "protocol"),
        ("2001:20::1", "protocol"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),
        ("5f00::1", "segment routing"),
        ("fe80::1", "link-local"),
        ("ff02::1", "multicast"),
        ("4000::1", "reserved"),
        ("200::1", "reserved"),
    ],
)
def test_what_is_never_reached(address, what):
    verdict = judge(ip_address(address))
    assert (verdict.public, verdict.local) == (False, False)
    assert what in verdict.what


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:127.0.0.1",  # mapped
        "::127.0.0.1",  # compatible
        "::ffff:0:127.0.0.1",  # translated
        "64:ff9b::127.0.0.1",  # NAT64
        "64:ff9b:1::127.0.0.1",  # NAT64, local prefix
        "2002:7f00:1::1",  # 6to4
        "2001:0:7f00:1::f7f7:f7f7",  # Teredo, its server
        "2001:0:808:808::80ff:fffe",  # Teredo, its client
        "2606:4700::5efe:7f00:1",  # ISATAP
        "2606:4700::200:5efe:7f00:1",  # ISATAP, global bit
    ],
)
def test_a_loopback_address_inside_an_ipv6_one_is_found(address):
    verdict = judge(ip_address(address))
    assert not verdict.public
    assert verdict.local
    assert verdict.what == "a loopback address inside an IPv6 address"


@pytest.mark.parametrize("form", ["::ffff:{}", "64:ff9b::{}", "::{}"])
def test_a_metadata_address_is_refused_in_every_form(form):
    verdict = judge(ip_address(form.format("169.254.169.254")))
    assert (verdict.public, verdict.local) == (False, False)


@given(st.ip_addresses(v=4))
def test_hiding_an_address_never_makes_it_reachable(address: IPv4Address):
    number = int(address)
    for hidden in (
        IPv6Address(0xFFFF_0000_0000 | number),
        IPv6Address((0x64_FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80) | 1),
    ):
        assert inner(hidden) == (address,)
        assert judge(hidden).public == judge(address).public


@given(st.ip_addresses())
def test_we_are_never_more_generous_than_the_registries(address):
    if judge(address).public:
        assert address.is_global
        assert not address.is_multicast
