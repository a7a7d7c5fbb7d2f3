# shellcheck shell=busybox disable=SC2154
mkdir -p "$out/bin"
cp "$busybox/bin/busybox" "$out/bin/busybox"
for applet in $("$busybox/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$out/bin/$applet"
done
