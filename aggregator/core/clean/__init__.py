"""RawEntry -> Article: what the author wrote, safe to show, with its facts as fields.

A body goes one way: bounds; where the gate finds something to cut, a quick cut from the string or, where
that cannot be sure, surgery by BeautifulSoup; the allow-list sanitizer nh3 (always, and last); then whole
blocks go that say nothing but "Share this".
"""

from aggregator.core.clean.article import clean, clean_all
from aggregator.core.clean.rules import CleanRules, compile_clean

__all__ = ["CleanRules", "clean", "clean_all", "compile_clean"]
