# shellcheck shell=bash
# What docker-compose.yaml needs beside the images: secrets and .env.

# Containers run as other users and compose mounts files as they are: readable
# files in a directory that is closed to others.
make_secrets() {
    local name
    mkdir -p -m 0700 .secrets
    # Until there is a former key, the fallback is one that signed nothing.
    for name in django-secret-key django-secret-key-fallbacks grafana-admin-password \
        postgres-backup-password postgres-metrics-password postgres-password \
        postgres-serve-password; do
        if [ ! -e ".secrets/$name" ]; then
            rm -f ".secrets/$name.new" # of an interrupted load
            head -c 48 /dev/urandom | base64 --wrap=0 >".secrets/$name.new"
            chmod 0444 ".secrets/$name.new"
            mv ".secrets/$name.new" ".secrets/$name"
            say "made .secrets/$name; git ignores it"
        fi
    done
}

# The profiles that .env names. One image that is missing would stop all of compose:
# Grafana's profile is among them where its image is.
profiles() {
    {
        grep -s '^COMPOSE_PROFILES=' .env | tail -n 1 | cut -d = -f 2 |
            tr -d "\"'" | tr , '\n' | grep -v -x graph || true
        ! grep -q '^metrics-graph ' "$IMAGES/list" || echo graph
    } | paste -s -d ,
}

# The mounted work tree belongs to a user, whom dev-server and test run as. What
# else .env holds stays.
write_env() {
    local file
    file=$(readlink -f .env)
    [ ! -e "$file" ] || { [ -f "$file" ] && [ -r "$file" ]; } ||
        fail "the images are loaded, but .env is no file that this user may read;" \
            "nothing of it was changed."
    {
        [ ! -e .env ] || grep -v -e '^HOST_[UG]ID=' -e '^COMPOSE_PROFILES=' .env || true
        stat --format 'HOST_UID=%u
HOST_GID=%g' docker-compose.yaml
        echo "COMPOSE_PROFILES=$(profiles)"
    } >"$file.new"
    [ ! -e "$file" ] || chmod --reference="$file" "$file.new"
    mv "$file.new" "$file"
}
