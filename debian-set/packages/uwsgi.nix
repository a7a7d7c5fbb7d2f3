# uWSGI with its Python plugin. Its plugin directory is compiled in, so `uwsgi` is
# a wrapper that names the directory in the store.
{
  deb,
  annotate,
  python313,
}:
let
  uwsgi = deb {
    pname = "uwsgi";
    parts = [
      "uwsgi-core"
      "uwsgi-plugin-python3"
    ];
    wraps = true;
    # What `plugins` leaves out, with the libraries that only it needs.
    postUnpack = "find lib/uwsgi/plugins ! -type d ! -name 'python3*' -exec rm {} +";
    postFixup = ''
      wrap bin/uwsgi "$out/bin/uwsgi-core" \
        "-DARGUMENTS=\"--plugins-dir\", \"$out/lib/uwsgi/plugins\","
    '';
  };
in
{
  override =
    {
      plugins,
      python3,
      withPAM, # ignored, as withSystemd is: these plugins are left out
      withSystemd,
    }:
    if plugins == [ "python3" ] && python3 == python313 then
      annotate uwsgi { meta.mainProgram = "uwsgi"; }
    else
      throw "uwsgi.override: the Debian set has only plugins = [ \"python3\" ] with python313";
}
