# shellcheck shell=sh disable=SC2154
# Sourced by fetch and lock: apt with the machine's sources and keys, but with
# lists, preferences and installed packages of its own. Needs no root and leaves
# the machine's apt as it is. The caller sets $here, $work and $architecture, Debian's
# name of one.

# installed NAME VERSION: a stanza of apt's status.
installed() {
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: %s\n' \
        "$1" "$architecture"
    printf 'Multi-Arch: foreign\nVersion: %s\nMaintainer: none\nDescription: assumed\n\n' "$2"
}

assumed_packages() {
    sed -n 's/^!//p' "$here/packages.txt" | while IFS='=' read -r name version; do
        case $version in
        [a-z]*)
            version=$(apt-cache show --no-all-versions "$version" |
                sed -n 's/^Version: //p')
            ;;
        esac
        installed "$name" "${version:-999}"
    done
}

# What this release of Debian lacks is taken of the one before: from the same places.
apt_add_release_before() {
    for file in "$apt"/sources/*; do
        ! grep -q trixie "$file" ||
            sed 's/trixie/bookworm/g' "$file" >"$apt/sources/before-${file##*/}"
    done
    apt_update "of the release before "
}

# apt_update WHICH: brings the lists of $apt/sources.
apt_update() {
    say "reading Debian's package lists ${1}for $architecture"
    # apt can fail to reach a mirror and still end with status 0.
    if ! apt-get -qq update >"$apt/update.log" 2>&1 ||
        grep -q '^[EW]: Failed' "$apt/update.log"; then
        cat "$apt/update.log" >&2
        fail "apt could not read Debian's package lists $1;" \
            "check the network and the machine's apt sources."
    fi
}

apt_setup() {
    command -v apt-get >/dev/null ||
        fail "the Debian set is fetched with apt, which this machine does not have."
    apt=$work/apt-$architecture
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/sources"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        [ ! -s "$file" ] || cp "$file" "$apt/sources/"
    done
    # What the machine's apt has read already need not come again.
    cp /var/lib/apt/lists/*_* "$apt/lists/" 2>/dev/null || true
    : >"$apt/status"
    cat >"$apt/apt.conf" <<CONF
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/sources";
Dir::Etc::preferences "$here/apt-preferences";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::Retries "3";
CONF
    export APT_CONFIG="$apt/apt.conf" LC_ALL=C
    apt_update ""
    assumed_packages >"$apt/status.new"
    mv "$apt/status.new" "$apt/status"
}

# download DIRECTORY NAME=VERSION...: one progress line, files under apt's names.
apt_download() {
    directory=$1
    shift
    (
        cd "$directory"
        {
            apt-get -qq -o APT::Status-Fd=3 download "$@" 3>&1 >"$apt/download.log" 2>&1
            echo "exit $?"
        } |
            awk -v what="$# Debian packages for $architecture" \
                -v tty="$([ -t 2 ] && echo 1)" -f "$here/progress.awk"
    ) || {
        cat "$apt/download.log" >&2
        fail "apt could not download all packages; what did arrive is kept," \
            "run the command again."
    }
}

# The files in DIRECTORY renamed to their base name in Debian's pool, which has
# no epoch, with characters that a store path cannot have replaced.
store_names() {
    for file in "$1"/*.deb; do
        [ -e "$file" ] || continue
        name=$(basename "$file" | sed 's/_[0-9]*%3a/_/; s/[^A-Za-z0-9+._?=-]/-/g')
        [ "$1/$name" = "$file" ] || mv "$file" "$1/$name"
    done
}
