"""Subscriptions at WebSub hubs are kept."""

from alembic import op

from aggregator.store.schema import subscriptions

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; hubs are found as feeds are polled."""
    subscriptions.create(op.get_bind())
