# shellcheck shell=bash
# system-tests.sh ARGUMENTS OF PYTEST…: beside a cluster, with the token of a user made for it. Its
# database is reached as the owner, by the environment of the cluster's command.
manage() {
    DJANGO_SECRET_KEY=$(printf %050d 0) ALLOWED_HOSTS=localhost service-server manage "$@"
}

SYSTEM_TEST_TOKEN=$(
    DJANGO_SUPERUSER_PASSWORD=$(head -c 30 /dev/urandom | base64) \
        manage createsuperuser --no-input --username system-test \
        --email system-test@example.com >&2
    manage createtoken system-test --days 1
) || {
    echo "There is no token for the system tests:" \
        "createsuperuser and createtoken could not make one."
    SYSTEM_TEST_TOKEN=
}
export SYSTEM_TEST_TOKEN
python -m pytest -p no:cacheprovider "$@"
