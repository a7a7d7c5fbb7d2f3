"""Whether a version is in a requirement's range: range.py REQUIREMENT VERSION."""

import sys

from packaging.requirements import Requirement


def main() -> str | None:
    requirement, version = Requirement(sys.argv[1]), sys.argv[2]
    if requirement.specifier.contains(version, prereleases=True):
        return None
    return (
        f"{requirement} excludes {version}: widen the range, "
        "or pin another version of the package."
    )


if __name__ == "__main__":
    sys.exit(main())
