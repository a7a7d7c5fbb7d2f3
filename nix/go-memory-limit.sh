# Go collects garbage earlier near its container's limit, which it does not know by itself.
limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null) || limit=max
[ "$limit" = max ] || export GOMEMLIMIT=$((limit / 10 * 9))
