# What compiles small C programs, by the architecture of those; compile/ has how.
{ deb, debs }:
{
  amd64 = debs.tcc;
  arm64 = deb {
    pname = "binutils-aarch64-linux-gnu";
    parts = [
      "binutils-aarch64-linux-gnu"
      "cpp-14-aarch64-linux-gnu"
    ];
    postUnpack = "mv $(find libexec lib -name cc1) bin/";
  };
}
