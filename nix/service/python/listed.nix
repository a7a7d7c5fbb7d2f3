# The requirements that a parsed pyproject.toml lists, of the project, its extras and its groups.
declared:
let
  dependencies = declared.project.dependencies or [ ];
  all = lists: builtins.concatLists (builtins.attrValues lists);
  extras = all (declared.project.optional-dependencies or { });
  groups = all (declared.dependency-groups or { });
in
# A group that includes another one has a table for it.
builtins.filter (item: !builtins.isAttrs item) (dependencies ++ extras ++ groups)
