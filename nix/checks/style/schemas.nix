# Cases of the check `style`: files of other services' own formats, by the schemas that these
# publish.
{
  lib,
  platform,
  pythons,
  template,
}:
let
  valid = schema: "${pythons.schemas}/bin/check-jsonschema --builtin-schema vendor.${schema}";
in
{
  "workflows are GitHub's" = "${valid "github-workflows"} .github/workflows/*.yaml";
  "devcontainer.json is JSON" = "python -m json.tool .devcontainer/devcontainer.json";
}
// lib.optionalAttrs platform {
  "dependabot.yaml is Dependabot's" = "${valid "dependabot"} .github/dependabot.yaml";
  "the page on GitLab has a pipeline of GitLab's" = ''
    sed -n '/^```yaml$/,/^```$/{//!p}' ${template + "/docs/how-to/gitlab.md"} >../pipeline.yaml
    [ -s ../pipeline.yaml ]
    ${valid "gitlab-ci"} --data-transform gitlab-ci ../pipeline.yaml
  '';
}
