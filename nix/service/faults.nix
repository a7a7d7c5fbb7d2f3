# What is wrong with a parsed pyproject.toml, as one sentence; null where nothing is.
declared:
let
  inherit (builtins)
    all
    concatStringsSep
    attrNames
    attrValues
    elem
    filter
    head
    isAttrs
    isInt
    isList
    isString
    match
    toJSON
    ;
  rules = builtins.fromJSON (builtins.readFile ./rules.json);
  supported = 1;

  project = declared.project or { };
  own = declared.tool.template or { };
  name = project.name or null;
  version = project.version or null;
  isName =
    isString name
    && builtins.stringLength name <= rules.longest
    && match rules.pattern name != null
    && match rules.taken name == null;

  unknown = filter (key: !elem key rules.keys) (attrNames own);
  environment = own.environment or { };
  variables = attrNames environment;
  notText = filter (variable: !isString environment.${variable}) variables;
  notOwn = filter (variable: match rules.variables variable != null) variables;
  areTexts = list: isList list && all isString list;
  areLanguages = list: areTexts list && all (language: match rules.language language != null) list;
  areArchitectures =
    list:
    areTexts list
    && list != [ ]
    && all (
      name:
      elem name [
        "amd64"
        "arm64"
      ]
    ) list;
  areAuthors =
    list:
    isList list
    && all (
      one:
      isAttrs one
      && one != { }
      && areTexts (attrValues one)
      && all (
        key:
        elem key [
          "name"
          "email"
        ]
      ) (attrNames one)
    ) list;
  faultOfObjectives = import ./objectives/fault.nix (own.objectives or { });
  areBudgets =
    images: isAttrs images && all (image: isInt (image.megabytes or null)) (attrValues images);

  # The first sentence whose condition holds.
  first = list: if list == [ ] then null else (head list).sentence;
  faults = [
    {
      holds = !(declared ? project);
      sentence = "there is no table [project].";
    }
    {
      holds = !(declared ? tool.template);
      sentence = "there is no table [tool.template]; docs/update.md tells what belongs in it.";
    }
    {
      holds = (own.interface or null) != supported;
      sentence =
        "[tool.template] interface is ${toJSON (own.interface or null)}, "
        + "but this template has ${toString supported}: docs/update.md tells how to go on.";
    }
    {
      holds = !isName;
      sentence = "${toJSON name} cannot name a service: ${rules.sentence}";
    }
    {
      holds = !isString version || match rules.version version == null;
      sentence =
        "version ${toJSON version} cannot be an image's tag: "
        + "it must be a text such as \"0.1.0\".";
    }
    {
      holds = !areAuthors (project.authors or [ ]);
      sentence = "authors is a list of tables with name or email or both, as pip reads it.";
    }
    {
      holds = unknown != [ ];
      sentence = "[tool.template] has no key ${head unknown}; docs/update.md tells which it has.";
    }
    {
      holds = notText != [ ];
      sentence =
        "[tool.template] environment: ${head notText} must be a text, "
        + "such as \"5\" or \"true\".";
    }
    {
      holds = notOwn != [ ];
      sentence =
        "[tool.template] environment: ${head notOwn} is no variable of the service's own; "
        + "the cluster sets it.";
    }
    {
      holds = !areTexts (own.fixtures or [ ]) || !areTexts (own.overlay or [ ]);
      sentence = "[tool.template] fixtures and overlay are lists of names.";
    }
    {
      holds =
        !elem (own.driver or "psycopg2") [
          "psycopg2"
          "psycopg"
        ];
      sentence = "[tool.template] driver must be \"psycopg2\" or \"psycopg\".";
    }
    {
      holds =
        !elem (own.packages or (head rules.packages)) rules.packages;
      sentence =
        "[tool.template] packages must be \"${concatStringsSep "\" or \"" rules.packages}\".";
    }
    {
      holds = own ? sources && match "[a-z0-9]+://.+" (toString own.sources) == null;
      sentence =
        "[tool.template] sources is the address of a store, "
        + "such as \"file:///srv/sources\".";
    }
    {
      holds = !areLanguages (own.languages or [ ]);
      sentence =
        "[tool.template] languages is a list of Django's locale names, "
        + "such as [\"de\", \"pt_BR\"].";
    }
    {
      holds = !builtins.isBool (own.deploy or false);
      sentence = "[tool.template] deploy must be true or false.";
    }
    {
      holds = !builtins.isBool (own.upgrade or false);
      sentence = "[tool.template] upgrade must be true or false.";
    }
    {
      holds = own ? architectures && !areArchitectures own.architectures;
      sentence = "[tool.template] architectures is a list of \"amd64\" and \"arm64\".";
    }
    {
      holds = !areBudgets (own.images or { });
      sentence = "[tool.template] images.NAME.megabytes must be a whole number.";
    }
    {
      holds = faultOfObjectives != null;
      sentence = faultOfObjectives;
    }
  ];
in
first (filter (fault: fault.holds) faults)
