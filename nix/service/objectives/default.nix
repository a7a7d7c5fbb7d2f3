# What the table [tool.template.objectives] says to the rules of `metrics`, which join these
# constants: a file of Prometheus's rules.
objectives:
let
  inherit (builtins) attrNames concatLists head;
  defaults = builtins.fromJSON (builtins.readFile ./defaults.json);
  buckets = import ./buckets.nix;
  views = objectives.views or { };

  constant = record: value: labels: {
    inherit labels;
    record = "service_objective_${record}";
    expr = "vector(${builtins.toJSON value})";
  };
  of = kind: table: constants: if table ? ${kind} then constants table.${kind} else [ ];

  constantsOf =
    labels: table:
    of "availability" table (share: [
      (constant "ratio" share (labels // { objective = "availability"; }))
    ])
    ++ of "latency" table (
      written:
      let
        latency = defaults.latency // written;
        le = head (buckets.labels latency.seconds);
      in
      [
        (constant "ratio" latency.share (labels // { objective = "latency"; }))
        (constant "seconds" latency.seconds (labels // { inherit le; }))
      ]
    );
in
{
  groups = [
    {
      name = "constants of objectives";
      interval = "15s";
      rules =
        constantsOf { } (defaults // objectives)
        ++ concatLists (map (view: constantsOf { inherit view; } views.${view}) (attrNames views));
    }
  ];
}
