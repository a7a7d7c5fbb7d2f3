# Called by rsyslog when the file has reached its limit.
mv "$LOG_DIR/all.log" "$LOG_DIR/all.log.1"
