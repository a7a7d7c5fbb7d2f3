# shellcheck shell=busybox disable=SC2154
mkdir -p "$out/bin" "$out/root"
for src in $srcs; do
    ar -p "$src" data.tar.xz | xz -d | tar -x -C "$out/root"
done
cat >"$out/bin/python" <<WRAPPER
#!$busybox/bin/busybox sh
export PYTHONHOME=$out/root/usr PYTHONPATH=$out/root/usr/lib/python3/dist-packages \
PYTHONDONTWRITEBYTECODE=1
exec $out/root/usr/lib/$libraries/$loader --library-path $out/root/usr/lib/$libraries \
$out/root/usr/bin/python3.13 "\$@"
WRAPPER
chmod 0755 "$out/bin/python"
