"""Tokens and sessions end with a password, or with a user who becomes inactive."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone
from knox.models import AuthToken


class TokensEnd:
    """A password validator that only uses Django's word that a password was changed.

    Django calls it for a new password, and not where a login renews an old hash.
    Sessions end by themselves: they are signed with the hash.
    Source: "Session invalidation on password change" in Django's documentation.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Any password will do."""

    def password_changed(self, password: str, user: Any = None) -> None:
        AuthToken.objects.filter(user=user).delete()

    def get_help_text(self) -> str:
        return "A new password ends your tokens and your other sessions."


def expired() -> Q:
    """Which tokens do not hold any more."""
    return Q(expiry__lte=timezone.now())


def forget_expired(instance: Any, created: bool = False, **_: Any) -> None:
    """Delete the expired tokens of a user who gets a new one."""
    if created:
        AuthToken.objects.filter(expired(), user=instance.user_id).delete()


def end_access(
    instance: Any,
    raw: bool,
    created: bool = False,
    update_fields: Collection[str] | None = None,
    **_: Any,
) -> None:
    """Delete tokens and sessions of a user who is saved as inactive.

    They stay gone if he becomes active again.
    Sessions have no column for the user: this reads all of them.
    """
    saved = update_fields is None or "is_active" in update_fields
    if raw or created or not saved or not isinstance(instance, get_user_model()):
        return
    if instance.is_active:
        return
    AuthToken.objects.filter(user=instance.pk).delete()
    theirs = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(instance.pk)
    ]
    Session.objects.filter(pk__in=theirs).delete()


def end_tokens(
    instance: Any, raw: bool, update_fields: Collection[str] | None = None, **_: Any
) -> None:
    """Delete tokens of a user whose password is about to become unusable.

    Django calls no validator for that, as there is no new password.
    """
    saved = update_fields is None or "password" in update_fields
    if raw or instance.pk is None or not saved:
        return
    if not isinstance(instance, get_user_model()) or instance.has_usable_password():
        return
    # The base manager: a default one of the service's may hide users.
    former = get_user_model()._base_manager.filter(pk=instance.pk).first()
    if former and former.has_usable_password():
        AuthToken.objects.filter(user=instance.pk).delete()
