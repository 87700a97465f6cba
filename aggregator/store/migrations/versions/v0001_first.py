"""The first schema: ``schema.create`` makes it, so there is nothing to do."""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No database is older than this."""
