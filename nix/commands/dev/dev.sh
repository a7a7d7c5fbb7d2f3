# shellcheck shell=bash
# The cluster, and Django's own server on the work tree, with the data in .dev/.
if [ ! -e nixw ] || [ ! -e src/manage.py ]; then
    echo "dev: run it in the folder with nixw and src/." >&2
    exit 1
fi
case ${1:-} in
"") ;;
--fresh) rm -rf .dev ;;
*)
    echo "dev: it takes --fresh, which removes the data of .dev/ first, or nothing." >&2
    exit 2
    ;;
esac
cluster=$(built cluster)
mkdir -p .dev
echo '*' >.dev/.gitignore
# PostgreSQL refuses root: the services and Django run as another user, who must write
# here.
[ "$(id -u)" -ne 0 ] || chown -R "${SUDO_UID:-nobody}" .dev
export DEBUG_MODE=true PYTHONDONTWRITEBYTECODE=1
[ ! -d chassis/chassis ] || export PYTHONPATH=$PWD/chassis
port=${DEV_SERVER_PORT:-8000}
echo "dev: Django serves the work tree at http://localhost:$port/ once the cluster is" \
    "up; the services' output is in .dev/services.log." >&2
exec "$cluster/bin/cluster" --data .dev --log .dev/services.log -- \
    python src/manage.py runserver "127.0.0.1:$port"
