# shellcheck shell=bash disable=SC2154
# Builder of configuration.nix: joins the template's files and the team's, and writes
# the service's name and the runbooks' addresses into them.

# alerts FILE...: the names of the alerts in rule files.
alerts() {
    sed -n 's/^ *- alert: *//p' "$@" | paste -s -d '|'
}

# take FOLDER ENDING INTO: the team's files of one kind, if there are any.
take() {
    local file
    mkdir -p "$out/$3"
    for file in "$monitoring/$1"/*"$2"; do
        [ ! -e "$file" ] || cp "$file" "$out/$3/own-${file##*/}"
    done
}

mkdir "$out"
cp "$configuration" "$out/prometheus.yml"
cp -r "$template_rules" "$out/rules"
cp -r "$consoles" "$out/consoles"
cp -r "$library" "$out/console-library"
cp -r "$assets" "$out/assets"
chmod -R u+w "$out"
cp -r "$dashboards" "$out/assets/dashboards"
cp "$constants" "$out/rules/constants.yml"
sed -i "s|@name@|$service|" "$out/consoles/index.html"
# Browsers keep files whose date is the store's for years: another content has another
# address.
version=$(cd "$out/assets" && find . -type f -exec sha256sum {} + | sort | sha256sum)
shopt -s nullglob
shown=$(cd "$dashboards" && echo service.json database.json own-*.json)
sed -i "s|@version@|${version::8}|; s|@dashboards@|$shown|" "$out/console-library/page.lib"
sed -i "s|https://runbook.example/|$runbook|" "$out"/rules/*.yml
take alerts .yml rules
take scrape .yml scrape
take console .lib console-library
rules=("$out"/rules/own-*.yml)
rows=("$out"/console-library/own-*.lib)
runbook_of='{{ define "runbook" }}'
if [ ${#rules[@]} -gt 0 ]; then
    sed -i "s|https://runbook.example/|$own_runbook|" "${rules[@]}"
    runbook_of+="{{ if match \"^($(alerts "${rules[@]}"))\$\" . }}"
    runbook_of+="$own_runbook{{ else }}$runbook{{ end }}"
else
    runbook_of+=$runbook
fi
# Without a line break: it is part of an address.
printf '%s' "$runbook_of#{{ . | toLower }}{{ end }}" >"$out/console-library/runbook.lib"
# What the console shows of the service itself: `rows` of a .lib file of the team's.
[ ${#rows[@]} -gt 0 ] ||
    printf '{{ define "rows" }}{{ end }}' >"$out/console-library/rows.lib"
