from importlib import import_module

from django.apps import AppConfig


class TemplatesiteConfig(AppConfig):
    name = "templatesite"

    def ready(self) -> None:
        import_module("templatesite.checks")  # which registers them
