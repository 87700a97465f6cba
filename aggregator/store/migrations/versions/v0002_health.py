"""Sources' changes of state are kept, for _health.atom."""

from alembic import op

from aggregator.store.schema import health

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; changes are known from here on."""
    health.create(op.get_bind())
