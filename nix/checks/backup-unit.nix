# The unit tests of backup/, beside the real programs that it starts.
{
  backup,
  buildCheck,
  busybox,
  pythons,
  template,
}:
buildCheck "backup-unit"
  (
    backup.runtimeEnv
    // {
      nativeBuildInputs = [ pythons.backup-test ] ++ backup.programs;
      source = template + "/backup";
    }
  )
  ''
    cp -r --no-preserve=mode "$source" backup
    cd backup
    export PYTHONDONTWRITEBYTECODE=1
    PATH=$PATH:${busybox}/bin # Barman calls `sh`
    python -m pytest -p no:cacheprovider --durations 5 \
      --cov --cov-report=term --cov-report="xml:$out/coverage.xml" \
      --junit-xml "$out/junit.xml"
  ''
