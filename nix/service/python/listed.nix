# The requirements that a parsed pyproject.toml lists, of the project and of all its groups.
declared:
let
  dependencies = declared.project.dependencies or [ ];
  groups = builtins.concatLists (builtins.attrValues (declared.dependency-groups or { }));
in
# A group that includes another one has a table for it.
builtins.filter (item: !builtins.isAttrs item) (dependencies ++ groups)
