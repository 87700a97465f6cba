"""A written feed in its parts: a story's bytes are the same whatever stands beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parts:
    """What a writer makes of a TopicFeed."""

    head: bytes
    stories: tuple[bytes, ...]  # in the feed's order
    foot: bytes
    between: bytes = b""  # two stories
    empty: bytes = b""  # in place of stories, where there are none

    def whole(self) -> bytes:
        """The file."""
        return b"".join((self.head, self.between.join(self.stories) or self.empty, self.foot))


def cut(document: bytes, begin: bytes, foot: bytes) -> Parts:
    """A pretty-printed XML document in its parts: begin starts each story and nothing else.

    It is a tag with its indentation; "<" is escaped wherever somebody else's words stand.
    """
    head, *stories = document.removesuffix(foot).split(begin)
    return Parts(head, tuple(begin + story for story in stories), foot)
