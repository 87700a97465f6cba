from __future__ import annotations

import pytest
from web.asking import FEED


@pytest.fixture
def output(tmp_path):
    """An output folder with feeds, pages and what must not be served."""
    folder = tmp_path / "output"
    folder.mkdir()
    for name in ("samsung+openai.atom", "samsung+openai.rss", "samsung+openai.json", "_health.atom"):
        (folder / name).write_bytes(FEED)
    (folder / "index.html").write_text("<h1>Index</h1>")
    (folder / "samsung+openai.html").write_text("<h1>Topic</h1>")
    (folder / "topics.opml").write_text("<opml/>")
    (folder / "README.md").write_text("secret")
    (folder / ".hidden.atom").write_text("secret")
    (folder / "half.atom.tmp").write_text("secret")
    (tmp_path / "outside.atom").write_text("secret")
    (folder / "link.atom").symlink_to(tmp_path / "outside.atom")
    (folder / "folder.atom").mkdir()
    return folder
