# What every image promises: valid by the OCI image specification, and as images/expected.json
# and the root's pyproject.toml have it.
{
  fetchFromGitHub,
  layouts,
  packageSetName,
  pythonRequirements,
  sboms,
  service,
  buildSuiteCheck,
}:
buildSuiteCheck "images" {
  variables = {
    inherit layouts sboms;
    packages = packageSetName;
    inherit (service) version;
    authors = builtins.toJSON (map (one: one.name or one.email) service.authors);
    requirements = builtins.toFile "requirements.txt" pythonRequirements;
    languages = toString service.languages;
    budgets = builtins.toFile "budgets.json" (builtins.toJSON service.images);
    specification = fetchFromGitHub {
      owner = "opencontainers";
      repo = "image-spec";
      tag = "v1.1.1";
      hash = "sha256-ZfrHFMlE5r6sBpOolOfeF4yT1n9L6phEG+n5bbtfmRA=";
    };
  };
}
