"""robots.txt: which pages of a site we may read (RFC 9309)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

# RFC 9309 §2.5: at least this much of a file is read; we read no more.
MAX_BYTES = 500 * 1024
_MOST_RULES = 5000
_LONGEST_RULE = 2000
_MOST_STARS = 20


@dataclass(frozen=True, slots=True)
class Rules:
    """The lines of a robots.txt that speak to us: (path pattern, allowed), the longest first."""

    lines: tuple[tuple[str, bool], ...] = ()

    def allow(self, url: str) -> bool:
        """Whether a URL may be read: the longest fitting pattern decides, allow where two are equal."""
        parts = urlsplit(url)
        path = _encoded(parts.path or "/") + (f"?{_encoded(parts.query)}" if parts.query else "")
        if path == "/robots.txt":
            return True
        return next((allowed for pattern, allowed in self.lines if _fits(pattern, path)), True)


def parse(text: str, agent: str) -> Rules:
    """The rules for our agent's name, else those for all ("*"); groups for one name are joined."""
    ours: list[tuple[str, bool]] = []
    everyones: list[tuple[str, bool]] = []
    named = False
    agents: set[str] = set()
    in_rules = False
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if in_rules:
                agents, in_rules = set(), False
            agents.add(_name(value))
            named = named or agent in agents
        elif key in ("allow", "disallow"):
            in_rules = True
            if not value or len(value) > _LONGEST_RULE:
                continue  # an empty disallow forbids nothing
            for who, lines in ((agent, ours), ("*", everyones)):
                if who in agents and len(lines) < _MOST_RULES:
                    lines.append((_encoded(value), key == "allow"))
    chosen = ours if named else everyones
    return Rules(tuple(sorted(set(chosen), key=lambda one: (-len(one[0]), not one[1]))))


def _name(value: str) -> str:
    """A product token, without the version that some write behind it (RFC 9309 §2.2.1)."""
    if value == "*":
        return value
    found = re.match(r"[A-Za-z_-]+", value)
    return found.group().lower() if found else ""


def _encoded(path: str) -> str:
    """Comparable: what is not ASCII percent-encoded, escapes in upper case (RFC 9309 §2.2.2)."""
    return re.sub(
        r"%[0-9a-f]{2}", lambda found: found.group().upper(), quote(path, safe="/%*$?&=+:@!,;~'()[]")
    )


def _fits(pattern: str, path: str) -> bool:
    """``*`` is any run of characters, a final ``$`` the end. No regex: a hostile one would not end."""
    anchored = pattern.endswith("$")
    parts = pattern.removesuffix("$").split("*", _MOST_STARS)
    if not path.startswith(parts[0]):
        return False
    at = len(parts[0])
    for part in parts[1:-1]:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if len(parts) == 1:
        return not anchored or at == len(path)
    if anchored:
        return path.endswith(parts[-1]) and len(path) - len(parts[-1]) >= at
    return path.find(parts[-1], at) >= 0
