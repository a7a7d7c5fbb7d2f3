# One Python environment for each use; an image holds only what it runs.
{
  lib,
  backup-package,
  chassis,
  provenSet,
  python313,
  pythonPackages,
  root,
  service,
  service-checks,
  system-test-client,
  template,
}:
let
  requirements = packages: import ./requirements.nix { inherit lib packages; };
  everyone = requirements pythonPackages (template + "/chassis/pyproject.toml");
  tools = requirements pythonPackages ./pyproject.toml;
  # A root may ask for the chassis's extras, as of any package: chassis[otel].
  withExtras = chassis // {
    optional-dependencies = everyone.extras;
  };
  own = requirements (pythonPackages // { chassis = withExtras; }) (root + "/pyproject.toml");
  extras = lib.concatLists (lib.attrValues everyone.extras);

  served =
    everyone.dependencies
    ++ (if service.driver == "psycopg" then everyone.group "driver" else [ ])
    ++ [ chassis ]
    ++ own.dependencies;
  tests = everyone.group "test" ++ [ service-checks ] ++ own.group "test";
  backs-up = tools.group "backup" ++ [ chassis ];
  ofSet = map (name: pythonPackages.${name}) provenSet.imports;
  # With what it was made of, for the SBOM.
  environment = packages: python313.withPackages (_: packages) // { inherit packages; };
in
{
  server = environment served;
  static = environment (served ++ everyone.group "static");
  test = environment (served ++ tests);
  # The chassis's tests, with its extras and each driver for PostgreSQL.
  drivers = environment (served ++ tests ++ extras ++ everyone.group "driver");
  # Other engines than the service's, to compare it with.
  bench = environment (served ++ tools.group "bench");
  # The unit tests, and what changes the code that they test.
  mutation = environment (served ++ tests ++ tools.group "mutation");
  # mypy must see what it checks.
  development = environment (
    served
    ++ tests
    ++ extras
    ++ [ system-test-client ]
    ++ everyone.group "types"
    ++ tools.group "development"
    ++ own.group "types"
    ++ own.group "dev"
    ++ ofSet
  );
  system-test = environment (
    tools.group "system-test" ++ [ system-test-client ] ++ own.group "system-test"
  );
  # The suites of tests/.
  tests = environment (tools.group "tests" ++ [ system-test-client ] ++ ofSet);
  # What writes files of the root.
  files = environment (tools.group "files");
  # What knows the files that GitHub and GitLab read.
  schemas = environment (tools.group "schemas");
  # What writes the SBOMs, and what compares them with known vulnerabilities.
  sbom = environment (tools.group "sbom" ++ ofSet);
  audit = environment (tools.group "audit" ++ ofSet);
  supervisor = environment (tools.group "supervisor");
  backup = environment (backs-up ++ [ backup-package ]);
  # Its tests, beside the package's source.
  backup-test = environment (
    backs-up
    ++ [
      pythonPackages.pytest
      pythonPackages.pytest-cov
    ]
  );
}
