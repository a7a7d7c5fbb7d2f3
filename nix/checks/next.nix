# What the next upgrade would do: the unit tests, the chassis's tests and mypy with the packages of
# the list `next` of python.lock.json in place of the others, and with psycopg 3. The project is the
# same but for these, also the prepared database.
{
  lib,
  buildCheck,
  buildCommandCheck,
  overrideScope,
  platform,
  root,
  template,
}:
let
  newer = import ../service/python/lock.nix {
    inherit lib root template;
    list = "next";
  };

  # A root may have chosen its driver.
  withPsycopg =
    text:
    if (builtins.fromTOML text).tool.template ? driver then
      text
    else
      builtins.replaceStrings [ "\n[tool.template]\n" ] [ "\n[tool.template]\ndriver = \"psycopg\"\n" ]
        text;

  next = overrideScope (
    _: previous: {
      configuration = builtins.toFile "pyproject.toml" (
        withPsycopg (builtins.readFile previous.configuration)
      );
      pythonLock = previous.pythonLock // newer;
    }
  );
  inherit (next) pythonPackages pythons service;

  series = name: lib.take 2 (lib.splitString "." pythonPackages.${name}.version);
  # What ./nixw relock wheels has moved to another Django.
  stubs =
    if series "django" == series "django-stubs" then
      "true"
    else
      "echo 'constraints-next.txt has the stubs of another Django'; false";
  site = "${pythons.test}/lib/python3.13/site-packages";
  types =
    next.buildCommandCheck "types"
      (
        service.environment
        // {
          nativeBuildInputs = [ pythons.development ];
          source = root + "/src";
          inherit (next) configuration;
          setup = ''
            cp -r --no-preserve=mode "$source" src
            cp "$configuration" pyproject.toml
            export DEBUG_MODE=true
          ''
          + lib.optionalString platform ''
            cp -r --no-preserve=mode ${template + "/chassis"} chassis
            printf '[tool.template]\ndriver = "${service.driver}"\n' >>chassis/pyproject.toml
          '';
        }
      )
      (
        import ./style/types.nix { inherit lib platform; }
        // {
          "django-stubs is of Django's version" = stubs;
          "each package has what it asks for" =
            "${pythons.tests}/bin/python -P ${./ranges/needs.py} ${site}";
        }
      );

  reports = {
    inherit types;
    inherit (next.checks) unit-tests;
  }
  // lib.optionalAttrs platform {
    chassis = next.platform-checks.chassis.override { selection = "--ds tests.psycopg.settings"; };
  };
  gather =
    name:
    let
      inherit (reports.${name}) report;
    in
    ''
      echo "== ${name}"
      for file in ${report}/junit*.xml; do
        cp "$file" "$out/$(basename "$file" .xml)-${name}.xml"
      done
      if [ "$(cat ${report}/status)" = 0 ]; then
        tail -n 1 ${report}/log
      else
        cat ${report}/log
        status=1
      fi
    '';
in
if newer == { } then
  buildCommandCheck "next" { } {
    "python.lock.json lists what an upgrade brings" =
      "echo 'its list next is empty: ./nixw relock wheels says why'; false";
  }
else
  buildCheck "next" { } ''
    status=0
    echo "Django ${pythonPackages.django.version} with ${service.driver}"
    ${lib.concatMapStringsSep "\n" gather (lib.attrNames reports)}
    exit "$status"
  ''
