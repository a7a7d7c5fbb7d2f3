# Known vulnerabilities that do not affect the images, as audit.toml of the root and of the chassis
# state them: a file in JSON. Each names a test that shows it: where one is gone, skipped or fails,
# nothing is built.
{
  lib,
  buildUnitCheck,
  platform-checks,
  python313,
  root,
  runCommand,
  template,
}:
let
  # TOML may write the name in several ways, and a comment may have it.
  states =
    file:
    builtins.pathExists file
    && builtins.any (line: builtins.match "[^#]*not-affected.*" line != null) (
      lib.splitString "\n" (builtins.readFile file)
    );
  python = "${python313}/bin/python3.13 -B";
  # Nix reads no TOML with dates.
  # Made first, and alone: a shell would run every test where this fails.
  tests =
    file:
    "-o xfail_strict=true $(cat ${
      runCommand "statements" { } ''
        ${python} ${./scripts}/statements.py tests ${file} >$out
      ''
    })";
  checks =
    lib.optional (states (root + "/audit.toml")) {
      file = root + "/audit.toml";
      check = buildUnitCheck "not-affected" { } (tests (root + "/audit.toml"));
    }
    ++ lib.optional (states (template + "/chassis/audit.toml")) rec {
      file = template + "/chassis/audit.toml";
      check = platform-checks.chassis.override { selection = tests file; };
    };
  shown = one: "${one.file} ${one.check}";
in
runCommand "not-affected.json" { } ''
  ${python} ${./scripts}/statements.py shown ${lib.concatMapStringsSep " " shown checks} >$out
''
