# shellcheck shell=busybox disable=SC2017
# Go collects garbage earlier near its container's limit, which it does not know by
# itself. Divided first: the product could be too large.
limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null) || limit=max
[ "$limit" = max ] || export GOMEMLIMIT=$((limit / 10 * 9))
