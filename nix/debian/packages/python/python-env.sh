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

for package in $packages; do
    for entry in "$package"/lib/python3.13/site-packages/*; do
        [ "${entry##*/}" != __pycache__ ] || continue
        ln -s "$entry" "$site/" # fails where two packages have the same module
    done
done

"$out/bin/python" - "$out" <<'PYTHON'
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
