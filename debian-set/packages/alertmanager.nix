# Alertmanager, whose templates Debian reads from /usr/share. The path in the program
# is overwritten with one as long, /proc/self/fd/9, which the wrapper opens.
{
  deb,
  buildPackages,
  annotate,
}:
annotate (deb {
  pname = "prometheus-alertmanager";
  wraps = true;
  postFixup = ''
    directory=/usr/share/prometheus/alertmanager
    for offset in $(LC_ALL=C ${buildPackages.gnugrep}/bin/grep -abo "$directory" \
        bin/prometheus-alertmanager | cut -d : -f 1); do
        printf /proc/self/fd/9/////////////////// |
            dd of=bin/prometheus-alertmanager bs=1 seek="$offset" conv=notrunc 2>/dev/null
    done
    wrap bin/alertmanager "$out/bin/prometheus-alertmanager" \
        "-DDIRECTORY=\"$out/share/prometheus/alertmanager\""
  '';
}) { meta.mainProgram = "alertmanager"; }
