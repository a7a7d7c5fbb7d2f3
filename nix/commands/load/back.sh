# shellcheck shell=bash disable=SC2154
# Names the images before the last load `latest` again; `load` names the tree's.

ask_engine
back=()
for repository in $REPOSITORIES; do
    previous=$(image_id "$repository:previous")
    [ -z "$previous" ] || [ "$previous" = "$(image_id "$repository:latest")" ] ||
        back+=("$repository")
done
[ "${#back[@]}" -gt 0 ] || fail "there are no images before those that are \`latest\`."
for repository in "${back[@]}"; do
    "$engine" tag "$(image_id "$repository:previous")" "$repository:latest"
    say "$repository:latest is the one before"
done
advise "$engine compose up --detach --wait"
