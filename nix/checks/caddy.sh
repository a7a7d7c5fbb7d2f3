# shellcheck shell=sh
# Part of configuration.nix: Caddy judges its configuration as start.py, $1, makes it, with each kind
# of certificate and of upstream.
start=$1
export EDGE_DIR="$PWD/edge-data" RUN_DIR="$PWD/edge" HOME="$PWD" SYSLOG_HOST=log.example
mkdir -p "$EDGE_DIR" "$RUN_DIR"
: >key.pem

# validate VARIABLE=VALUE...: the certificate's own content is another matter.
validate() {
    env "$@" python -B - "$start" <<'END'
import os, pathlib, runpy, subprocess, sys
start = runpy.run_path(sys.argv[1])
start["read_environment"]()
run = pathlib.Path(os.environ["RUN_DIR"])
start["prepare"](run)
kind = "adapt" if os.environ["EDGE_CERTIFICATE"] else "validate"
subprocess.run(["caddy", kind, "--config", "Caddyfile"], cwd=run, check=True)
END
}

validate EDGE_NAMES=api.example.com,www.example.com EDGE_EMAIL=ops@example.com \
    EDGE_ACME_URL=https://acme.example.com/directory
validate EDGE_OWN_AUTHORITY=true EDGE_UPSTREAMS=dns:server:8080
validate "EDGE_CERTIFICATE=$PWD/key.pem" "EDGE_KEY=$PWD/key.pem"
