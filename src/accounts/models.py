"""The user model. Refer to it by `settings.AUTH_USER_MODEL` or `get_user_model()`."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Django's user in the service's own table: you can add fields at any time."""
