"""What published files are made of is kept, so that what did not change is copied."""

from alembic import op

from aggregator.store.schema import layouts

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; it fills as files are published."""
    layouts.create(op.get_bind())
