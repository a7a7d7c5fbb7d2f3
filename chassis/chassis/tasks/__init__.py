"""Tasks of Django's own interface, in PostgreSQL: `worker db_worker` runs them.

The extra `tasks` brings the packages. An application has its tasks in its module
`tasks`:

    @scheduled("0 3 * * *")
    @retried(5)
    @task
    def expire() -> None:
        ...

Source: https://docs.djangoproject.com/en/6.0/topics/tasks/
"""

from collections.abc import Callable
from datetime import timedelta
from importlib.util import find_spec
from typing import NamedTuple, Protocol


class Task(Protocol):
    """What is asked of a task, of Django's or of django-tasks."""

    @property
    def module_path(self) -> str: ...

    @property
    def queue_name(self) -> str: ...

    @property
    def priority(self) -> int: ...


class Schedule(NamedTuple):
    """When a task begins, by an expression of cron, and how."""

    cron: str
    queue: str
    priority: int


KEPT = timedelta(days=14)  # what has failed, and mail that could not be sent

# By the path of a task; how often a run that failed is tried again.
RETRIES: dict[str, int] = {}
SCHEDULES: dict[str, Schedule] = {}


def interface() -> str:
    """The package with Django's interface, which Django 6 has itself."""
    return "django.tasks" if find_spec("django.tasks") else "django_tasks"


def applications() -> list[str]:
    """What INSTALLED_APPS needs for tasks; nothing without the extra."""
    if find_spec("django_tasks_db") is None:
        return []
    needed = [] if interface() == "django.tasks" else [interface()]
    # Ours comes first: its command db_worker takes the place of theirs.
    return ["chassis.tasks", "chassis.mail", *needed, "django_tasks_db"]


def retried[T: Task](times: int) -> Callable[[T], T]:
    """A task whose run is tried again where it raises an exception, so many times.

    The first time after 15 seconds, then after 30, 60 and so on, an hour at most.
    """

    def remember(task: T) -> T:
        RETRIES[task.module_path] = times
        return task

    return remember


def scheduled[T: Task](cron: str) -> Callable[[T], T]:
    """A task without arguments that begins by the clock, of the zone TIME_ZONE.

    Args:
        cron: minute, hour, day, month and weekday, such as `0 3 * * *` for each night.

    Raises:
        cronsim.CronSimError: it is no such expression.
    """
    from chassis.tasks.schedules import following

    following(cron)

    def remember(task: T) -> T:
        SCHEDULES[task.module_path] = Schedule(cron, task.queue_name, task.priority)
        return task

    return remember
