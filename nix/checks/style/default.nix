# Formatting, lint and types. `nix fmt` mends what can be mended.
{
  lib,
  buildCommandCheck,
  platform,
  pythons,
  root,
  ruff,
  service,
  shellcheck,
  template,
  # Only nixpkgs has them.
  actionlint ? null,
  nixfmt ? null,
}:
buildCommandCheck "style"
  (
    service.environment
    // {
      nativeBuildInputs = [
        pythons.development
        ruff
        shellcheck
      ]
      ++ builtins.filter (tool: tool != null) [
        actionlint
        nixfmt
      ];
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
      "shellcheck" = ''
        find . -type f \
          -exec gawk '
            /^#!.*[\/ ](ba|da|a|k)?sh( |$)/ || FILENAME ~ /[.]sh$/ { printf "%s\0", FILENAME }
            { nextfile }' {} + |
          xargs -0 --no-run-if-empty shellcheck --external-sources --source-path=SCRIPTDIR
      '';
    }
    // import ./schemas.nix { inherit lib platform pythons template; }
    // import ./types.nix { inherit lib platform; }
    // lib.optionalAttrs platform {
      # They use the Django project, and so its settings and plugins.
      "mypy bench" = "MYPYPATH=tests mypy --cache-dir=/dev/null bench";
      # Each measurement finds what it imports.
      "bench --help" = ''
        export PYTHONPATH=tests:src SERVICE_DATABASE=${service.database} old=none roles=none
        for script in bench/*.py; do
          python "$script" --help >/dev/null
        done
      '';
      # Test modules are not typed; applications are checked with their project.
      "mypy scripts" = ''
        find . -name '*.py' ! -name 'test_*' ! -name conftest.py ! -path '*/src/*' \
          ! -path './chassis/*' ! -path './bench/*' -printf '%h\n' | sort -u >folders
        status=0
        while read -r folder; do
          find "$folder" -maxdepth 1 -name '*.py' ! -name 'test_*' ! -name conftest.py -print0 |
            MYPYPATH=tests xargs -0 mypy --config-file nix/mypy.ini --cache-dir=../types ||
            status=1
        done <folders
        exit "$status"
      '';
    }
    // lib.optionalAttrs (actionlint != null) {
      "actionlint" = "actionlint .github/workflows/*.yaml";
    }
    // lib.optionalAttrs (nixfmt != null) {
      "nixfmt" = "find . -name '*.nix' -exec nixfmt --check {} +";
    }
  )
