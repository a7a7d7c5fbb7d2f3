# Python packages by PyPI's names. What is of Python alone is the wheel of python.lock.json in any
# package set. The set brings the others: what is compiled, and what must find libraries of the set.
{
  lib,
  python313,
  pythonLock,
  pythonWheel,
}:
let
  ofTheSet = [ "psycopg" ];
  isWheel =
    entry: lib.hasSuffix "-none-any.whl" (entry.file or "") && !builtins.elem entry.name ofTheSet;

  # What must be there to import a package, by nixpkgs's attribute: it names all, not the next
  # alone.
  needing = modules: package: package // { requiredPythonModules = lib.unique modules; };

  # All that wheels of these names need, and these; they may need one another.
  below =
    names:
    lib.concatMap (item: [ packages.${item.key} ] ++ ofCompiled item.key) (
      builtins.genericClosure {
        startSet = map (key: { inherit key; }) names;
        operator = item: map (key: { inherit key; }) (wheelOf item.key).depends;
      }
    );
  wheelOf = name: if wheels ? ${name} then pythonLock.${name} else { depends = [ ]; };
  ofCompiled = name: if wheels ? ${name} then [ ] else packages.${name}.requiredPythonModules;

  wheel =
    name: entry:
    needing (below entry.depends) (pythonWheel entry)
    // {
      optional-dependencies = lib.mapAttrs (_: map (other: packages.${other})) (entry.extras or { });
    };
  wheels = lib.mapAttrs wheel (lib.filterAttrs (_: isWheel) pythonLock);

  # Where a compiled package needs one of Python alone, that is the lock's, too.
  normalise = name: builtins.replaceStrings [ "_" "." ] [ "-" "-" ] (lib.toLower name);
  locked =
    module:
    let
      name = normalise (module.pname or "");
    in
    if wheels ? ${name} then below [ name ] else [ module ];
  compiled =
    package: needing (lib.concatMap locked (package.requiredPythonModules or [ ])) package;
  ofSet = lib.mapAttrs (
    _: package: if lib.isDerivation package then compiled package else package
  ) python313.pkgs;

  packages = ofSet // wheels;
in
packages
