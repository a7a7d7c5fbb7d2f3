# What differs between the machines that the set is for.
{
  x86_64-linux = {
    system = "x86_64-linux";
    architecture = "amd64"; # Debian's and Go's name
    libraries = "x86_64-linux-gnu"; # the folder in lib/
    loader = "ld-linux-x86-64.so.2";
  };
  aarch64-linux = {
    system = "aarch64-linux";
    architecture = "arm64";
    libraries = "aarch64-linux-gnu";
    loader = "ld-linux-aarch64.so.1";
  };
}
