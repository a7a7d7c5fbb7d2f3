# Formatting, lint and types. `nix fmt` mends what can be mended.
{
  lib,
  callPackage,
  platform,
  pythons,
  root,
  ruff,
  service,
  shellcheck,
  # In nixpkgs alone.
  nixfmt ? null,
}:
callPackage ./cases.nix { } "style"
  (
    service.environment
    // {
      nativeBuildInputs = [
        pythons.development
        ruff
        shellcheck
      ]
      ++ lib.optional (nixfmt != null) nixfmt;
      source = builtins.path {
        name = "tree";
        path = root;
        # Texts are judged by nobody here: an edit of README runs nothing again.
        filter =
          path: _:
          builtins.match ".*\\.(md|png|html)|.*/(__pycache__|\\.git|LICENSE)" (toString path) == null;
      };
      setup = ''
        cp -r --no-preserve=mode "$source" tree
        cd tree
        export DEBUG_MODE=true RUFF_NO_CACHE=true
      '';
    }
  )
  (
    {
      "ruff check" = "ruff check";
      "ruff format" = "ruff format --check";
      "mypy src" = "mypy --cache-dir=/dev/null src";
    }
    // lib.optionalAttrs platform {
      "mypy chassis" = "cd chassis && PYTHONPATH=. mypy --cache-dir=/dev/null chassis";
      "mypy nix" = ''
        for scripts in nix/checks/*.py tests/vm/report.py tests/vm/traffic.py nix/debian/vm nix/supervise nix/cluster/scripts nix/files nix/new nix/image nix/images nix/server nix/debian/*.py; do
          mypy --config-file nix/mypy.ini --cache-dir=/dev/null $scripts
        done
      '';
      "mypy tests" = "cd tests && mypy --config-file ../nix/mypy.ini --cache-dir=/dev/null support";
      "shellcheck" = ''
        shellcheck --external-sources --source-path=SCRIPTDIR nixw nix/nixw.sh .ci/run nix/interface/versions tests/team/make nix/debian/{fetch,lock,common.sh}
        shellcheck --shell=bash --exclude=SC2154 nix/images/*.sh
        shellcheck --shell=bash --exclude=SC2154 nix/db/build.sh nix/debian/python-env.sh nix/metrics/configuration.sh nix/checks/{monitoring,system-tests}.sh nix/files/write.sh
        shellcheck --shell=busybox nix/db/{common,fill,health,roles,start}.sh nix/log/*.sh nix/{metrics,db-metrics}/start.sh
        shellcheck --shell=busybox --exclude=SC1090,SC2154,SC2086 nix/debian/{busybox-links,elf,patchelf,pip,relocate,wheel}.sh nix/debian/vm/*.sh
      '';
    }
    // lib.optionalAttrs (nixfmt != null) {
      "nixfmt" = "find . -name '*.nix' -exec nixfmt --check {} +";
    }
  )
