# Lines of the lock, one a package, from two files: lines of the old lock that stay, and apt-cache's
# stanzas for the others. `wanted` has the names in packages.txt: what they do not need is left out.
# A dependency is the first alternative that is locked itself, by name or as what a locked package
# provides; assumed packages fall away.
function is_first(name) { return !(name in line) && !(name in version) }
FILENAME == ARGV[1] {
    split($0, quoted, "\"")
    line[quoted[4]] = $0
    next
}
/^Package: / { current = ""; if (is_first($2)) { current = $2; version[$2] = "" } }
/^Package: / { shown = $2 }
/^Provides: / {
    sub(/^[^:]*: /, "")
    amount = split($0, virtual, /, */)
    for (i = 1; i <= amount; i++) { sub(/[ :(].*/, "", virtual[i]); provider[virtual[i]] = shown }
    next
}
current == "" { next }
/^Version: / { version[current] = $2 }
/^Architecture: / { architecture[current] = $2 }
/^Source: / { origin[current] = $2 ($3 ? " " substr($3, 2, length($3) - 2) : "") }
/^(Static-)?Built-Using: / {
    sub(/^[^:]*: /, "")
    linked[current] = linked[current] (linked[current] ? ", " : "") $0
}
/^Filename: / { path[current] = $2 }
/^Size: / { size[current] = $2 }
/^SHA256: / { sha256[current] = $2 }
/^(Pre-)?Depends: / {
    sub(/^[^:]*: /, "")
    depends[current] = depends[current] (depends[current] ? ", " : "") $0
}
function locked(alternatives,    list, i, amount) {
    amount = split(alternatives, list, / *\| */)
    for (i = 1; i <= amount; i++) {
        sub(/[ :(].*/, "", list[i])
        if (list[i] in version || list[i] in line) return list[i]
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
# The source package and its version, where Debian's index does not name them the binary's own.
function source(name) {
    if (!(name in origin)) return name " " version[name]
    return origin[name] (origin[name] ~ / / ? "" : " " version[name])
}
# "NAME (= VERSION), …" as a JSON list of "NAME VERSION".
function built_using(name,    list) {
    list = linked[name]
    gsub(/ \(= /, " ", list)
    gsub(/\), */, "\", \"", list)
    sub(/\)$/, "", list)
    return list ? "\"" list "\"" : ""
}
# What is printed: a name and all that it needs.
function need(name,    list) {
    if (name in needed) return
    needed[name]
    list = line[name]
    sub(/.*"depends": \[/, "", list)
    gsub(/[^a-z0-9.+ -]/, "", list)
    need_all(list)
}
function need_all(list,    names, i, amount) {
    amount = split(list, names, " ")
    for (i = 1; i <= amount; i++) need(names[i])
}
END {
    for (name in version)
        line[name] = sprintf("  { \"name\": \"%s\", \"version\": \"%s\", " \
            "\"architecture\": \"%s\", \"path\": \"%s\", " \
            "\"size\": %s, \"sha256\": \"%s\", \"source\": \"%s\", ",
            name, version[name], architecture[name], path[name],
            size[name], sha256[name], source(name)) \
            "\"built_using\": [" built_using(name) "], " \
            "\"depends\": [" dependencies(name) "] }" # too long for mawk's sprintf
    need_all(wanted)
    for (name in needed) print line[name]
}
