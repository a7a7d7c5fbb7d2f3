"""Whether packages that are installed together have what they ask for, as `pip check`.

    needs.py SITE-PACKAGES [NAME=VERSION…]

The packages of a folder; those that are named are taken for other versions of theirs.
"""

import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def faults(found: list[Distribution], versions: dict[str, str]) -> Iterator[str]:
    for distribution in found:
        for requirement in filter(
            applies, map(Requirement, distribution.requires or [])
        ):
            version = versions.get(canonicalize_name(requirement.name))
            if version is None:
                yield f"{distribution.name} asks for {requirement}, which is not there."
            elif not requirement.specifier.contains(version, prereleases=True):
                yield (
                    f"{distribution.name} asks for {requirement}, "
                    f"but {version} is there."
                )


def main() -> str | None:
    site, *others = sys.argv[1:]
    found = list(distributions(path=[site]))
    versions = {str(canonicalize_name(one.name)): one.version for one in found}
    given = dict(other.split("=", 1) for other in others)
    versions |= {name: version for name, version in given.items() if name in versions}
    # What the other versions themselves ask for is not known.
    kept = [one for one in found if canonicalize_name(one.name) not in given]
    return "\n".join(faults(kept, versions)) or None


if __name__ == "__main__":
    sys.exit(main())
