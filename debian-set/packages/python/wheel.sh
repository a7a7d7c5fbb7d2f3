# shellcheck shell=busybox disable=SC1090,SC2154
# Builder of python.nix: a wheel ($src), installed as pip does, byte-compiled so
# that the result is the same each time, native modules fitted into the store.
. "$elf"

site=$out/lib/python3.13/site-packages
mkdir -p "$site"
"$python" -B "$unzip" "$src" "$site"
for data in "$site"/*.data; do
    [ -d "$data" ] || continue
    for scheme in "$data"/*; do
        case "$scheme" in
        */purelib | */platlib) cp -a "$scheme/." "$site/" ;;
        */data) cp -a "$scheme/." "$out/" ;;
        */scripts)
            mkdir -p "$out/bin" && cp -a "$scheme/." "$out/bin/" &&
                chmod 0755 "$out/bin"/*
            ;;
        */headers) ;; # for who compiles against it
        *) echo "$src has $scheme, which is not supported" >&2; exit 1 ;;
        esac
    done
    rm -r "$data"
done
(cd "$site" && eval "$fit")
elf_files "$out" >elf-files
while read -r file; do
    patch_elf "$file"
done <elf-files
"$python" -m compileall -q --invalidation-mode unchecked-hash "$site"
PYTHONPATH=$site
for dependency in $dependencies; do
    PYTHONPATH=$PYTHONPATH:$dependency/lib/python3.13/site-packages
done
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1
for module in $imports; do
    "$python" -c "import $module"
done
