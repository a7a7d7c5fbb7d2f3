"""Who runs the services: PostgreSQL refuses root."""

import os
import pwd
from typing import NamedTuple


class User(NamedTuple):
    uid: int
    gid: int


def unprivileged() -> User | None:
    """The user that root becomes here: the one behind sudo, else nobody."""
    if os.geteuid() != 0:
        return None
    if behind_sudo := int(os.environ.get("SUDO_UID", "0")):
        return User(behind_sudo, int(os.environ["SUDO_GID"]))
    nobody = pwd.getpwnam("nobody")
    return User(nobody.pw_uid, nobody.pw_gid)


def drop_root() -> User | None:
    """Become that user, for the rest of this process."""
    if user := unprivileged():
        os.setgroups([])
        os.setgid(user.gid)
        os.setuid(user.uid)
        # `nix develop` makes root's own.
        for name in ("TMPDIR", "TMP", "TEMP", "TEMPDIR"):
            os.environ.pop(name, None)
    return user
