# The Debian set's packages in nixpkgs's places, and what nixpkgs's own builders start.
{ debian }:
final: previous:
let
  inherit (debian.debian) debs buildDebs;
  # Functions and what is made of them stay nixpkgs's.
  own = removeAttrs debian [
    "closureInfo"
    "debian"
    "fetchPypi"
    "lib"
    "mkShellNoCC"
    "newScope"
    "python313"
    "runCommand"
    "stdenv"
    "testers"
    "writeShellApplication"
    "writeTextFile"
  ];
in
own
// {
  bash = debian.bashInteractive // {
    shellPath = "/bin/bash";
  };
  bashNonInteractive = final.bash;
  gawk = debs.gawk;
  gzip = debs.gzip;
  xz = debs.xz-utils;
  jq = buildDebs.jq // {
    meta.mainProgram = "jq";
  };
  # Debian compiles the places of its modules in.
  perl = final.writeShellScriptBin "perl" ''
    base=${buildDebs.perl-base}
    export PERL5LIB=$base/lib/x86_64-linux-gnu/perl-base
    export PERL5LIB=$PERL5LIB:${buildDebs."libperl5.40"}/lib/x86_64-linux-gnu/perl/5.40
    export PERL5LIB=$PERL5LIB:${buildDebs."perl-modules-5.40"}/share/perl/5.40
    exec "$base/bin/perl" "$@"
  '';
  shellcheck = debian.shellcheck // {
    compiler.bootstrapAvailable = true;
  };
  shellcheck-minimal = final.shellcheck;
  # The other one is compiled.
  makeBinaryWrapper = final.makeShellWrapper;
  # It knows its own interpreter.
  uwsgi.override =
    arguments: debian.uwsgi.override (arguments // { python3 = debian.python313; });
  # Files are in the store before a fetcher would start: `nixw` brings them.
  curlMinimal = final.lib.makeOverridable (_: final.runCommand "curl" { } "exit 1") { };
  curl = final.curlMinimal;
  # One repository is a package of Debian's.
  fetchFromGitHub =
    { owner, ... }@arguments:
    (if owner == "opencontainers" then debian else previous).fetchFromGitHub arguments;
}
