# What is wrong with the table [tool.template.objectives], as one sentence; null where
# nothing is.
objectives:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    filter
    head
    isAttrs
    isFloat
    toJSON
    ;
  keys = builtins.fromJSON (builtins.readFile ./defaults.json);
  buckets = import ./buckets.nix;

  isShare = share: isFloat share && share > 0 && share < 1;
  unknown = known: table: filter (key: !known ? ${key}) (attrNames table);

  # About one table, of the service or of a view.
  faultOf =
    place: known: table:
    let
      latency = table.latency or { };
    in
    if !isAttrs table then
      "${place} is a table of availability and latency."
    else if unknown known table != [ ] then
      "${place} has no key ${head (unknown known table)}; docs/objectives.md tells which it has."
    else if !isShare (table.availability or keys.availability) then
      "${place} availability is a share between 0 and 1, such as 0.999."
    else if !isAttrs latency || unknown keys.latency latency != [ ] then
      "${place} latency is a table of share and seconds, such as { share = 0.99, seconds = 0.5 }."
    else if !isShare (latency.share or keys.latency.share) then
      "${place} latency.share is a share between 0 and 1, such as 0.99."
    else if buckets.labels (latency.seconds or keys.latency.seconds) == [ ] then
      "${place} latency.seconds must be one of ${concatStringsSep ", " buckets.written}."
    else
      null;

  place = "[tool.template.objectives]";
  whole = faultOf place (keys // { views = { }; }) objectives;
  views = objectives.views or { };
  ofViews = filter (fault: fault != null) (
    map (view: faultOf "${place} views.${toJSON view}" keys views.${view}) (attrNames views)
  );
in
if whole != null then
  whole
else if !isAttrs views then
  "${place} views is a table, which has a table for each view."
else if ofViews != [ ] then
  head ofViews
else
  null
