"""The queue in the admin, by the tasks' paths: what this release lacks shows, too."""

from typing import Any

from django.contrib import admin
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.models import DBTaskResult

admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class TaskAdmin(DBTaskResultAdmin):
    """Theirs asks the code for a task's name, which may be of another release."""

    list_display: Any = (
        "id",
        "task_path",
        *DBTaskResultAdmin.list_display[2:],
    )
