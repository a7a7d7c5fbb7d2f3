# shellcheck shell=busybox disable=SC2154
# PostgreSQL's restore_command: a segment of the log, or a timeline's history, from Barman's folders.
# The last segment is still being received, or was when the stream was begun anew.

name=$1 to=$2
for file in \
    "$BACKUP_DIR/backup/wals/${name%????????}/$name" \
    "$BACKUP_DIR/backup/wals/$name" \
    "$BACKUP_DIR/backup/streaming/$name" \
    "$BACKUP_DIR/backup/streaming/$name.partial" \
    "$BACKUP_DIR/backup/set-aside/$name" \
    "$BACKUP_DIR/backup/set-aside/$name.partial"; do
    [ ! -e "$file" ] || exec cp "$file" "$to"
done
exit 1
