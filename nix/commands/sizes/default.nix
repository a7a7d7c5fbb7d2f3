# The sizes of the images as a table: `nix run .#sizes`.
{
  layouts,
  python313,
  writeShellApplication,
}:
writeShellApplication {
  name = "sizes";
  text = "exec ${python313}/bin/python3.13 -P ${./sizes.py} ${layouts}";
  meta.description = "Print the sizes of the images as a table";
}
