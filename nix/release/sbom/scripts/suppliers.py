"""Who supplies a component, by what its own metadata says."""

import re

from cyclonedx.model.contact import OrganizationalEntity


def named(*texts: str | None) -> OrganizationalEntity | None:
    """Of the first text that says somebody, such as "NAME <ADDRESS>, NAME"."""
    for text in filter(None, texts):
        names = re.sub(r'\s*<[^>]*>|"', "", text).strip(", ")
        return OrganizationalEntity(name=names or text)
    return None
