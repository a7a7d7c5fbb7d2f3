# apt's status lines, or pip's for `count` wheels, become one progress line.
# The exit status is theirs.
function show(percent) {
    if (tty) printf "\rnixw: fetching %s: %3d %%", what, percent > "/dev/stderr"
    else if (percent >= last + 25) {
        printf "nixw: fetching %s: %d %%\n", what, percent > "/dev/stderr"
        last = percent
    }
}
BEGIN { FS = ":"; last = -1 }
/^exit / { split($0, word, " "); status = word[2]; next }
$1 == "dlstatus" { show(int($3)) }
/^Collecting / { show(int(100 * ++collected / count)) }
END { if (tty) print "" > "/dev/stderr"; exit status }
