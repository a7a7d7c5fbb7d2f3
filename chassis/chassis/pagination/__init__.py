"""Pages of lists: by keyset, which is the default, or by offset."""

from chassis.pagination.pages import KeysetPagination, LimitOffsetPagination

__all__ = ["KeysetPagination", "LimitOffsetPagination"]
