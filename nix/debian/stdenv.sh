# Builder of stdenv.nix.
mkdir "$out"
sed "s|@tools@|$tools|" "$setup" >"$out/setup"
