"""Steps that bring an older database up to date. A fresh one is made whole by ``schema.create``."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from aggregator.errors import StoreError


def upgrade(connection: Connection) -> None:
    """Take every step from the database's version to the newest, in the connection's transaction.

    Raises StoreError where the version is none of ours: a newer program made it.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            f"the database was made by another version of this program ({error}). "
            "Install the newest version, or name another database in settings.database."
        ) from error
