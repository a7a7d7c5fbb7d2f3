"""The old name of `chassis.pagination.keyset`, which is kept for interface 1."""

from warnings import warn

from chassis.pagination.keyset import *  # noqa: F403

warn(
    "chassis.keyset is chassis.pagination.keyset now.",
    DeprecationWarning,
    stacklevel=2,
)
