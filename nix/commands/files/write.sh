# shellcheck shell=bash
# Run by write.nix in the root.
[ $# -eq 0 ] || fail "it takes nothing, and not $1."
grep -Eq "^name *= *[\"']${SERVICE}[\"'] *(#.*)?\$" pyproject.toml 2>/dev/null ||
    fail "run it in the folder with the pyproject.toml of $SERVICE."
find "$FILES" -type f -printf '%P\n' | sort | while read -r file; do
    ! cmp -s "$FILES/$file" "$file" || continue
    mkdir -p "$(dirname "$file")"
    cp --no-preserve=mode,ownership "$FILES/$file" "$file.new"
    [ ! -x "$FILES/$file" ] || chmod +x "$file.new"
    mv "$file.new" "$file"
    say "wrote $file"
done
