# shellcheck shell=bash
# Shows that deploy/release.sh gives a server that does not become healthy its image before: by the
# digest that .env named, or by the image's tag. docker is a stand-in.
#
#   back.sh SCRIPT
mkdir -p back/bin back/deploy
cp "$1" back/deploy/release.sh
cd back || exit
cat >bin/docker <<'DOCKER'
#!/usr/bin/env bash
case "$*" in
"compose config --services") echo server-1 ;;
"compose ps "*) echo id ;;
"inspect --format {{.State.Health.Status}} id") echo healthy ;;
"inspect --format {{.Config.Image}} id") echo "$NAMED" ;;
"inspect --format {{.Image}} id") echo image ;;
"image inspect "*) echo "registry.example.com:5000/templatesite-server:0.1.0" ;;
"compose up "*) [ "${IMAGE_TAG-} ${SERVER_DIGEST-unset}" = "$BEFORE " ] ;;
esac
DOCKER
sed -i "1s|.*|#!$BASH|" bin/docker
chmod +x bin/docker

# expect NAMED BEFORE: the name that the container's image has, and what leads back to it.
expect() {
    ended=$(PATH="$PWD/bin:$PATH" NAMED=$1 BEFORE=$2 "$BASH" --posix deploy/release.sh 2>&1) || true
    echo "$1 -> $ended"
    grep -q -F "has its image before, $2, again." <<<"$ended"
}
exact=0.1.0@sha256:$(printf %064d 1)
expect "registry.example.com:5000/templatesite-server:$exact" "$exact"
expect registry.example.com:5000/templatesite-server:latest 0.1.0
