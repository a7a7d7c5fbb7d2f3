# apt's status lines become one progress line; the exit status is apt's.
BEGIN { FS = ":"; last = -1 }
/^exit / { split($0, word, " "); status = word[2]; next }
$1 == "dlstatus" {
    percent = int($3)
    if (tty) printf "\rnixw: fetching %s: %3d %%", what, percent > "/dev/stderr"
    else if (percent >= last + 25) { printf "nixw: fetching %s: %d %%\n", what, percent > "/dev/stderr"; last = percent }
}
END { if (tty) print "" > "/dev/stderr"; exit status }
