# shellcheck shell=bash disable=SC2154
# Builder of python.nix: a virtual environment with $packages linked into it.
set -euo pipefail
site=$out/lib/python3.13/site-packages
mkdir -p "$out/bin" "$site"
for name in python python3 python3.13; do
    ln -s "$interpreter/bin/python3.13" "$out/bin/$name"
done
cat >"$out/pyvenv.cfg" <<CONFIGURATION
home = $interpreter/bin
include-system-site-packages = false
version = 3.13
CONFIGURATION

# link SOURCE TARGET: a link; where packages share a folder without __init__.py
# (PEP 420), a folder of links.
link() {
    local former
    if [ ! -e "$2" ]; then
        ln -s "$1" "$2"
        return
    fi
    if [ ! -d "$1" ] || [ ! -d "$2" ] || [ -e "$1/__init__.py" ] ||
        [ -e "$2/__init__.py" ]; then
        echo "two packages have ${2#"$site/"}: ${1%/lib/*} and ${2%/lib/*}" >&2
        exit 1
    fi
    if [ -L "$2" ]; then
        former=$(readlink "$2")
        rm "$2"
        mkdir "$2"
        link_all "$former" "$2"
    fi
    link_all "$1" "$2"
}

link_all() {
    local entry
    for entry in "$1"/*; do
        [ "${entry##*/}" = __pycache__ ] || link "$entry" "$2/${entry##*/}"
    done
}

for package in $packages; do
    link_all "$package/lib/python3.13/site-packages" "$site"
done

PYTHONPATH=$site "$buildPython" - "$out" <<'PYTHON'
"""One command for each console script that a package declares."""
import importlib.metadata
import pathlib
import sys

out = pathlib.Path(sys.argv[1])
for script in importlib.metadata.entry_points(group="console_scripts"):
    command = out / "bin" / script.name
    command.write_text(
        f"#!{out}/bin/python\n"
        f"import sys\nfrom {script.module} import {script.attr.split('.')[0]}\n"
        f"sys.exit({script.attr}())\n"
    )
    command.chmod(0o755)
PYTHON
