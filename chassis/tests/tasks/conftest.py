from uuid import uuid4

import pytest
from django_tasks_db.models import DBTaskResult

from chassis.tasks.worker import Stepper
from tests.tasks.tasks import runs


@pytest.fixture(autouse=True)
def _no_runs():
    runs.clear()


@pytest.fixture
def step():
    """A worker that has its lease, and begins when it is called."""
    step = Stepper(["*"])
    step.lease.is_held.set()
    step.planner.plan = lambda: None
    return step


@pytest.fixture
def make_row():
    """Makes a task of the queue, by its name in the tests."""

    def make(name: str, **fields) -> DBTaskResult:
        return DBTaskResult.objects.create(
            id=uuid4(),
            task_path=f"tests.tasks.tasks.{name}",
            backend_name="default",
            **{
                "args_kwargs": {"args": [], "kwargs": {}},
                "run_after": None,
                **fields,
            },
        )

    return make
