# One stateless HTTP node: nginx, and Django in uWSGI, under one supervisor.
# In: RUN_DIR, LISTEN and the variables of src/README.md.
{
  runCommand,
  writeShellApplication,
  nginx,
  uwsgi,
  python313,
  pythons,
  supervise,
  server-static,
}:
let
  uwsgi-python = uwsgi.override {
    plugins = [ "python3" ];
    python3 = python313;
  };

  # The directory that start.py links into the run directory.
  files = runCommand "templatesite-server-files" { } ''
    mkdir $out
    cp ${./errors.conf} $out/errors.conf
    cp ${./nginx.conf} $out/nginx.conf
    cp ${./supervisord.conf} $out/supervisord.conf
    cp ${./uwsgi.ini} $out/uwsgi.ini
    cp ${./uwsgi_params} $out/uwsgi_params
    cp -r ${./errors} $out/errors
    ln -s ${nginx}/conf/mime.types $out/mime.types
    ln -s ${server-static} $out/static
  '';
in
writeShellApplication {
  name = "templatesite-server";
  runtimeInputs = [
    nginx
    supervise
    uwsgi-python
  ];
  runtimeEnv = {
    SERVER_FILES = files;
    DJANGO_SOURCE = import ./source.nix;
    PYTHON_HOME = pythons.server;
  };
  text = ''exec ${pythons.server}/bin/python -P ${./start.py} "$@"'';
  meta.description = "nginx, uWSGI and Django as one HTTP node";
}
