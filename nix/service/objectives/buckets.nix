# Where the chassis's histogram has steps, in seconds, as its settings write them.
let
  inherit (builtins) elemAt filter isString;
  settings = builtins.readFile ../../../chassis/chassis/settings.py;
  after = elemAt (builtins.split "PROMETHEUS_LATENCY_BUCKETS = [(]" settings) 2;
  list = builtins.head (builtins.split "[)]" after);
  written = filter (part: isString part && part != "") (builtins.split "[^0-9.]+" list);
in
{
  inherit written;

  # How Prometheus writes them in the label `le`; none where there is no such step.
  labels =
    seconds:
    map (text: if builtins.match ".*[.].*" text == null then "${text}.0" else text) (
      filter (text: builtins.fromJSON text == seconds) written
    );
}
