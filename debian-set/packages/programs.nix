# Debian packages as they are, under nixpkgs's names, with the command that lib.getExe names.
{ annotate, debs }:
let
  program = pname: mainProgram: annotate debs.${pname} { meta = { inherit mainProgram; }; };
in
{
  age = program "age" "age";
  bashInteractive = program "bash" "bash"; # which `nix develop` starts
  bubblewrap = program "bubblewrap" "bwrap";
  caddy = program "caddy" "caddy";
  coreutils = program "coreutils" "ls";
  cosign = program "cosign" "cosign";
  diffutils = program "diffutils" "diff";
  distribution = program "docker-registry" "docker-registry"; # the registry of OCI images
  docker-compose = program "docker-compose" "docker-compose";
  findutils = program "findutils" "find";
  gnugrep = program "grep" "grep";
  gnused = program "sed" "sed";
  gnutar = program "tar" "tar";
  kubectl = program "kubectl" "kubectl";
  pgbouncer = program "pgbouncer" "pgbouncer";
  rsync = program "rsync" "rsync";
  shellcheck = program "shellcheck" "shellcheck";
  skopeo = program "skopeo" "skopeo";
  wrk = program "wrk" "wrk";

  dejavu_fonts = debs.fonts-dejavu-core;

  # promtool is apart, as nixpkgs's output `cli` is.
  prometheus = annotate debs.prometheus {
    meta.mainProgram = "prometheus";
    passthru.cli = program "promtool" "promtool";
  };

  glibc = debs.libc6;
  # nixpkgs's build of util-linux with fewer dependencies.
  util-linuxMinimal = debs.util-linux;
}
