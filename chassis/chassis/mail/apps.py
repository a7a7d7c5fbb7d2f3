from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "chassis.mail"
    label = "chassis_mail"
    default_auto_field = "django.db.models.BigAutoField"
