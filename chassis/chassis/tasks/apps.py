from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "chassis.tasks"
    label = "chassis_tasks"
