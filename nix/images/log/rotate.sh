# shellcheck shell=busybox
# rotate FILE: called by rsyslog when the file has reached its limit.
mv "$LOG_DIR/$1" "$LOG_DIR/$1.1"
: >"$LOG_DIR/$1"
