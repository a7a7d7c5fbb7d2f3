# shellcheck shell=bash
# system-tests.sh ARGUMENTS OF PYTEST…: beside a cluster, with the token of a user made
# for it. Its database is reached as the owner, by the environment of the cluster's
# command.
manage() {
    DJANGO_SECRET_KEY=$(printf %050d 0) ALLOWED_HOSTS=localhost \
        service-server manage "$@"
}

# An address serves as either, whatever people log in with.
user=system-test@example.com
SYSTEM_TEST_TOKEN=$(
    DJANGO_SUPERUSER_PASSWORD=$(head -c 30 /dev/urandom | base64) \
        DJANGO_SUPERUSER_USERNAME=$user DJANGO_SUPERUSER_EMAIL=$user \
        manage createsuperuser --no-input >&2
    manage createtoken $user --days 1
) || {
    echo "There is no token for the system tests:" \
        "createsuperuser and createtoken could not make one."
    SYSTEM_TEST_TOKEN=
}
export SYSTEM_TEST_TOKEN
python -m pytest -p no:cacheprovider "$@"
