# apt-cache's stanzas become the lock, one package a line; `list` is the hash of packages.txt.
# A dependency is the first alternative that is locked itself, by name or as
# what a locked package provides; assumed packages fall away.
function keep_first_stanza() { return !($2 in version) }
/^Package: / { current = ""; if (keep_first_stanza()) { current = $2; names[++count] = $2; version[$2] = "" } }
current == "" { next }
/^Version: / { version[current] = $2 }
/^Architecture: / { architecture[current] = $2 }
/^Filename: / { path[current] = $2 }
/^Size: / { size[current] = $2 }
/^SHA256: / { sha256[current] = $2 }
/^(Pre-)?Depends: / { sub(/^[^:]*: /, ""); depends[current] = depends[current] (depends[current] ? ", " : "") $0 }
/^Provides: / {
    sub(/^[^:]*: /, "")
    amount = split($0, virtual, /, */)
    for (i = 1; i <= amount; i++) { sub(/[ :(].*/, "", virtual[i]); provider[virtual[i]] = current }
}
function locked(alternatives,    list, i, amount) {
    amount = split(alternatives, list, / *\| */)
    for (i = 1; i <= amount; i++) {
        sub(/[ :(].*/, "", list[i])
        if (list[i] in version) return list[i]
        if (list[i] in provider) return provider[list[i]]
    }
    return ""
}
function dependencies(name,    groups, i, amount, found, seen, result) {
    # libc6 and libgcc-s1 name each other; only libgcc-s1's is in an ELF header.
    if (name == "libc6") return ""
    amount = split(depends[name], groups, /, */)
    for (i = 1; i <= amount; i++) {
        found = locked(groups[i])
        if (found != "" && found != name && !(found in seen)) {
            seen[found]
            result = result (result ? ", " : "") "\"" found "\""
        }
    }
    return result
}
END {
    printf "{\"list\": \"%s\", \"files\": [\n", list
    for (i = 1; i <= count; i++) {
        name = names[i]
        printf "  { \"name\": \"%s\", \"version\": \"%s\", \"architecture\": \"%s\", \"path\": \"%s\", \"size\": %s, \"sha256\": \"%s\", \"depends\": [%s] }%s\n",
            name, version[name], architecture[name], path[name], size[name], sha256[name], dependencies(name), i < count ? "," : ""
    }
    print "]}"
}
