"""May this address be reached? Judged on the address itself, whatever form hides it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an address is, in words, and who may reach it."""

    what: str
    local: bool  # the operator's own machine or network: reachable where the operator allows it
    public: bool  # reachable always


PUBLIC = Verdict("a public address", local=False, public=True)

# Where the operator's own machines live. `allow_private_networks` opens these and no others.
_LOCAL: tuple[tuple[str, str], ...] = (
    ("127.0.0.0/8", "a loopback address"),  # RFC 1122 §3.2.1.3
    ("10.0.0.0/8", "a private address"),  # RFC 1918
    ("172.16.0.0/12", "a private address"),
    ("192.168.0.0/16", "a private address"),
    ("100.64.0.0/10", "a carrier's shared address"),  # RFC 6598
    ("198.18.0.0/15", "a benchmarking address"),  # RFC 2544
    ("::1/128", "a loopback address"),  # RFC 4291 §2.5.3
    ("fc00::/7", "a unique local address"),  # RFC 4193
    ("fec0::/10", "a site-local address"),  # RFC 3879, deprecated and still routed by some
    ("64:ff9b:1::/48", "a local translation address"),  # RFC 8215
)

# Never a publisher, never a machine of the operator that serves feeds.
_NEVER: tuple[tuple[str, str], ...] = (
    ("169.254.169.254/32", "a cloud metadata address"),
    ("169.254.170.2/32", "a cloud metadata address"),
    ("100.100.100.200/32", "a cloud metadata address"),  # Alibaba's, inside the shared range
    ("168.63.129.16/32", "a cloud metadata address"),  # Azure's wire server, a public number
    ("192.0.0.192/32", "a cloud metadata address"),  # Oracle's
    ("fd00:ec2::/32", "a cloud metadata address"),  # Amazon's
    ("fd20:ce::254/128", "a cloud metadata address"),  # Google's
    ("0.0.0.0/8", "an unspecified address"),  # RFC 1122: connects to this host
    ("169.254.0.0/16", "a link-local address"),  # RFC 3927
    ("192.0.0.0/24", "a protocol assignment address"),  # RFC 6890
    ("192.0.2.0/24", "a documentation address"),  # RFC 5737
    ("198.51.100.0/24", "a documentation address"),
    ("203.0.113.0/24", "a documentation address"),
    ("192.88.99.0/24", "a reserved address"),  # RFC 7526, the old 6to4 relays
    ("224.0.0.0/4", "a multicast address"),  # RFC 5771
    ("240.0.0.0/4", "a reserved address"),  # RFC 1112, broadcast with it
    ("::/128", "an unspecified address"),  # RFC 4291 §2.5.2
    ("100::/64", "a discard address"),  # RFC 6666
    ("100:0:0:1::/64", "a reserved address"),  # RFC 9780
    ("2001::/23", "a protocol assignment address"),  # RFC 2928; Teredo is unwrapped before
    ("2001:db8::/32", "a documentation address"),  # RFC 3849
    ("3fff::/20", "a documentation address"),  # RFC 9637
    ("5f00::/16", "a segment routing address"),  # RFC 9602
    ("fe80::/10", "a link-local address"),  # RFC 4291 §2.5.6
    ("ff00::/8", "a multicast address"),  # RFC 4291 §2.7
)


def _rules(
    rows: tuple[tuple[str, str], ...], local: bool
) -> tuple[tuple[IPv4Network | IPv6Network, Verdict], ...]:
    return tuple(
        (IPv6Network(net) if ":" in net else IPv4Network(net), Verdict(what, local, False))
        for net, what in rows
    )


# Metadata addresses lie inside local ranges, so what is never reached is asked first.
_RULES = _rules(_NEVER, local=False) + _rules(_LOCAL, local=True)
_RULES_4 = tuple((net, verdict) for net, verdict in _RULES if isinstance(net, IPv4Network))
_RULES_6 = tuple((net, verdict) for net, verdict in _RULES if isinstance(net, IPv6Network))
# What the world's IPv6 hosts live in (RFC 4291 §2.4, IANA's registry): all else is reserved.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_RESERVED = Verdict("a reserved address", local=False, public=False)

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052 §2.1
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")  # RFC 8215
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291 §2.5.5.1
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")  # RFC 2765 §2.1
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214 §6.1


def judge(address: Address) -> Verdict:
    """What an address is and who may reach it.

    An IPv6 address that carries an IPv4 one is judged by the one inside as well: the stricter
    of the two counts (RFC 6052, RFC 3056, RFC 4380, RFC 5214).
    """
    if isinstance(address, IPv4Address):
        return _look_up(address)
    hidden = inner(address)
    if not hidden:
        return _look_up(address)
    worst = min((_look_up(one) for one in hidden), key=lambda verdict: (verdict.public, verdict.local))
    if worst.public:
        return worst
    return Verdict(f"{worst.what} inside an IPv6 address", worst.local, False)


def inner(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address hides: none, one, or Teredo's server and client."""
    number = int(address)
    last = IPv4Address(number & 0xFFFF_FFFF)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64 or address in _NAT64_LOCAL or address in _TRANSLATED:
        return (last,)
    if address in _COMPATIBLE and number > 1:  # :: and ::1 are themselves
        return (last,)
    if (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        return (last,)
    return ()


def _look_up(address: Address) -> Verdict:
    if isinstance(address, IPv4Address):
        return next((verdict for net, verdict in _RULES_4 if address in net), PUBLIC)
    for net, verdict in _RULES_6:
        if address in net:
            return verdict
    return PUBLIC if address in _GLOBAL_UNICAST else _RESERVED
