# shellcheck shell=busybox disable=SC2154
# PostgreSQL's restore_command: a segment of the log, or a timeline's history, from
# Barman's folders. They are asked in the order in which files move on, so that none is
# missed. The last segment is still being received, or was when the stream was begun
# anew.

name=$1 to=$2 kept=$BACKUP_DIR/backup
for file in \
    "$kept/streaming/$name.partial" \
    "$kept/streaming/$name" \
    "$kept/wals/${name%????????}/$name" \
    "$kept/wals/$name" \
    "$kept/set-aside/$name" \
    "$kept/set-aside/$name.partial"; do
    [ -e "$file" ] || continue
    # Short where the disk was full.
    case $file in
    *.partial)
        [ "$(stat -c %s "$file" 2>/dev/null)" = "$BACKUP_SEGMENT" ] || continue
        ;;
    esac
    ! cp "$file" "$to" 2>/dev/null || exit 0
    # PostgreSQL takes 1 as the end of the log, and ends the recovery at what is above
    # 125.
    [ ! -e "$file" ] || { cp "$file" "$to" || exit 255; exit 0; }
done
exit 1
