# shellcheck shell=busybox disable=SC2154
# Its own list comes from the builder, which is the same busybox for the machine that
# builds.
mkdir -p "$out/bin"
cp "$busybox/bin/busybox" "$out/bin/busybox"
for applet in $("$builder" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$out/bin/$applet"
done
