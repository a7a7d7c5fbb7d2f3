# What is wrong with a parsed pyproject.toml, as one sentence; null where nothing is.
declared:
let
  names = builtins.fromJSON (builtins.readFile ./names.json);
  interface = declared.tool.template.interface or null;
  supported = 1;

  name = declared.project.name or null;
  isName =
    builtins.isString name
    && builtins.stringLength name <= names.longest
    && builtins.match names.pattern name != null
    && builtins.match names.taken name == null;

  environment = declared.tool.template.environment or { };
  notText = builtins.filter (variable: !builtins.isString environment.${variable}) (
    builtins.attrNames environment
  );
in
if !(declared ? project) then
  "there is no table [project]."
else if !(declared.tool ? template) then
  "there is no table [tool.template]; docs/update.md tells what belongs in it."
else if interface != supported then
  "[tool.template] interface is ${builtins.toJSON interface}, but this template has ${toString supported}: docs/update.md tells how to go on."
else if !isName then
  "${builtins.toJSON name} cannot name a service: ${names.sentence}"
else if !(declared.project ? version) then
  "[project] has no version."
else if notText != [ ] then
  "[tool.template] environment: ${builtins.head notText} must be a text, such as \"5\" or \"true\"."
else
  null
