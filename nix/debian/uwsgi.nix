# uWSGI with its Python plugin. Its plugin directory is compiled in and relative
# to nothing, so the command is a wrapper that names it.
{ deb, pkgs }:
let
  unwrapped = deb {
    pname = "uwsgi";
    parts = [
      "uwsgi-core"
      "uwsgi-plugin-python3"
    ];
  };
  wrapped = pkgs.writeShellApplication {
    name = "uwsgi";
    text = ''exec ${unwrapped}/bin/uwsgi-core --plugins-dir ${unwrapped}/lib/uwsgi/plugins "$@"'';
  };
in
{
  override =
    {
      plugins,
      python3,
    }:
    if plugins == [ "python3" ] && python3 == pkgs.python313 then
      wrapped
    else
      throw "uwsgi.override: the Debian set has only plugins = [ \"python3\" ] with python313";
}
