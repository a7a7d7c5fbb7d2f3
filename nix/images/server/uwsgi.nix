# uWSGI with Python only; nixpkgs's default has systemd and PAM, too.
{ python313, uwsgi }:
uwsgi.override {
  plugins = [ "python3" ];
  python3 = python313;
  withPAM = false;
  withSystemd = false;
}
