# Of stanzas of Debian's index: SOURCE VERSION NAME BYTES of each package.
/^Package: / { name = $2; source = ""; from = "" }
/^Version: / { version = $2 }
/^Source: / {
    source = $2
    from = $3
    gsub(/[()]/, "", from)
}
/^Size: / { bytes = $2 }
/^$/ && name { print source ? source : name, from ? from : version, name, bytes }
