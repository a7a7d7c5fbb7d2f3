"""Who runs the services: PostgreSQL refuses root."""

import os
import pwd


def unprivileged() -> pwd.struct_passwd | None:
    """The user to become when this process is root's: the one behind sudo, else nobody."""
    if os.geteuid() != 0:
        return None
    behind_sudo = int(os.environ.get("SUDO_UID", "0"))
    return pwd.getpwuid(behind_sudo) if behind_sudo else pwd.getpwnam("nobody")
