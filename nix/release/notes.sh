# shellcheck shell=bash
# The notes of a release on standard output: notes TAG [FILE]. They are what
# CHANGELOG.md says of the version, and the images of FILE, as `push` printed them.

# What stands below the version's heading, such as `## 1.2.0`, `## [1.2.0] -
# 2026-11-28`.
section() {
    local line inside=
    while IFS= read -r line; do
        case $line in
        "## $VERSION" | "## $VERSION "* | "## [$VERSION]"*) inside=yes ;;
        "## "*) inside= ;;
        *) [ -z "$inside" ] || printf '%s\n' "$line" ;;
        esac
    done <CHANGELOG.md
}

# Whether each line of FILE is an image of this version, as `push` prints it, and there
# is one.
are_images() {
    local line
    [ -f "$1" ] && [ -s "$1" ] || return 1
    while IFS= read -r line || [ -n "$line" ]; do
        [[ $line =~ ^[^[:space:]]+:"$VERSION"@sha256:[0-9a-f]{64}$ ]] || return 1
    done <"$1"
}

images() {
    # shellcheck disable=SC2016 # Markdown's own
    printf '\n## Images\n\n```\n%s\n```\n' "$(<"$1")"
}

case $# in
1 | 2) ;;
*) fail "give it the tag, such as: notes v$VERSION" ;;
esac
[ "$1" = "v$VERSION" ] ||
    fail "the tag $1 is not v$VERSION, which pyproject.toml makes it:" \
        "correct one of them."
[ -e CHANGELOG.md ] ||
    fail "there is no CHANGELOG.md here: write one, with a section \`## $VERSION\`."
[ -z "${2:-}" ] || [ -e "$2" ] || fail "there is no file $2."
[ -z "${2:-}" ] || are_images "$2" ||
    fail "$2 must have the lines that \`push\` printed," \
        "images of version $VERSION and no others."
text=$(section)
[[ $text = *[![:space:]]* ]] ||
    fail "CHANGELOG.md has no section \`## $VERSION\`: write there what changed."
printf '%s\n' "$text"
[ -z "${2:-}" ] || images "$2"
