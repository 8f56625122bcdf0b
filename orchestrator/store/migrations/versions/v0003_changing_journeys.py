"""Applied versions of the journeys, and what the full language keeps of each customer."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("coupons", schema=None) as batch_op:
        batch_op.create_index(
            "ix_coupons_free", ["pool", "id"], unique=False, sqlite_where=sa.text("delivery_id IS NULL")
        )
        batch_op.create_index("ux_coupons_code", ["pool", "code"], unique=True)
        batch_op.create_index(
            "ux_coupons_delivery", ["delivery_id"], unique=True, sqlite_where=sa.text("delivery_id IS NOT NULL")
        )

    op.create_table(
        "deployments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("bundle", sa.String(), nullable=False),
        sa.Column("journeys", sa.String(), nullable=False),
        sa.Column("kept", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("coupon", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("in_line", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("is_metered", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.create_index(
            "ix_deliveries_line",
            ["channel", "in_line", "due_at"],
            unique=False,
            sqlite_where=sa.text("in_line IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_deliveries_metered", ["attempted_at"], unique=False, sqlite_where=sa.text("is_metered = 1")
        )

    with op.batch_alter_table("enrollments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("since", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("converts_until", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "ix_enrollments_converting",
            ["profile_id"],
            unique=False,
            sqlite_where=sa.text("converts_until IS NOT NULL"),
        )
    # What is about no goods needs none: from now on that is told from goods that were not found.
    op.execute("UPDATE deliveries SET min_items = 0 WHERE items = CAST('[]' AS BLOB) AND state < 4")
