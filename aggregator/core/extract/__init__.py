"""An article's own HTML page -> RawEntry.

trafilatura says which paragraphs are the article; the page's own markup of them is kept, and what
the page says of itself (JSON-LD, meta elements, the lines around the headline) becomes fields.
"""

from aggregator.core.extract.page import extract

__all__ = ["extract"]
