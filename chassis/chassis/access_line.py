"""What nginx's access line tells of a request that only Django knows."""

import re
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, empty

from chassis.postgresql.work import work
from chassis.request_metrics import view_name

HEADER = "X-Access-Line"  # nginx takes it off
# What would end the name in the line or in a command, or what a header cannot have;
# the console's console.js has the same.
ODD = re.compile(r"[^ !#-&(-Z^-~]")


def describe(request: HttpRequest) -> str:
    """The view, who asked, and the database: `[item-list] user 2 queries 0.003s`.

    The view's name is the one that metrics have.
    """
    view = ODD.sub("_", view_name(request))
    user = kind_of_user(request)
    return f"[{view}] {user} {work.queries} queries {work.seconds:.3f}s"


def kind_of_user(request: HttpRequest) -> str:
    """`anonymous`, `user` or `staff`; `unasked` where the view did not look.

    To look now would ask the database.
    """
    user: Any = getattr(request, "user", None)
    if not is_made(user):
        return "unasked"
    if not user.is_authenticated:
        return "anonymous"
    return "staff" if getattr(user, "is_staff", False) else "user"


def is_made(value: Any) -> bool:
    """Whether it is there, and not a lazy object that nobody has looked at."""
    return value is not None and not (
        isinstance(value, SimpleLazyObject) and vars(value)["_wrapped"] is empty
    )
