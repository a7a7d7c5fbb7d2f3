# shellcheck shell=bash disable=SC2154
# Builder of configuration.nix: joins the template's files and the team's, and writes the service's
# name and the runbooks' addresses into them.

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
cp -r "$rules" "$out/rules"
cp -r "$consoles" "$out/consoles"
cp -r "$library" "$out/console-library"
chmod -R u+w "$out"
sed -i "s|@name@|$service|" "$out/consoles/index.html"
sed -i "s|https://runbook.example/|$runbook|" "$out"/rules/*.yml
take alerts .yml rules
take scrape .yml scrape
take console .lib console-library
shopt -s nullglob
own=("$out"/rules/own-*.yml)
[ ${#own[@]} -eq 0 ] || sed -i "s|https://runbook.example/|$own_runbook|" "${own[@]}"
{
    echo '{{ define "runbook" }}'
    if [ ${#own[@]} -gt 0 ]; then
        echo "{{ if match \"^($(alerts "${own[@]}"))\$\" . }}$own_runbook{{ else }}$runbook{{ end }}"
    else
        echo "$runbook"
    fi | tr -d '\n'
    echo '#{{ . | toLower }}{{ end }}'
} | tr -d '\n' >"$out/console-library/runbook.lib"
# What the console shows of the service itself; `rows` of the team's .lib file.
cat "$out"/console-library/own-*.lib 2>/dev/null | grep -q 'define "rows"' ||
    echo '{{ define "rows" }}{{ end }}' >"$out/console-library/rows.lib"
