# `sources` copies what fetchers make, and nothing else.
{
  lib,
  buildCommandCheck,
  images-directory,
  sources,
}:
buildCommandCheck "sources"
  {
    # The sandbox has the derivation and those that it needs, but not what they make.
    derivation = builtins.unsafeDiscardOutputDependency images-directory.drvPath;
    setup = "source ${./sources.sh} ${lib.getExe sources}";
  }
  {
    # By the variable that makes a derivation a fetcher's, and not by its result, as the program does.
    "each fetched file is copied" = ''
      succeeds file:///srv/sources
      xargs grep -l '("outputHash","[^"]' <derivations | sort >fetched
      sort copied | diff fetched -
      [ "$(wc -l <fetched)" -gt 100 ]
    '';
    "an address is asked for" = ''
      fails "such as: sources file:///srv/sources"
      fails "such as: sources file:///srv/sources" /srv/sources
      [ ! -e copied ]
    '';
    "what cannot be fetched is told" = ''
      export UNFETCHED=yes
      fails "not everything that the images are made of could be fetched" file:///srv/sources
      [ ! -e copied ]
    '';
    "a store that does not take it is told" = ''
      export UNCOPIED=yes
      fails "file:///srv/sources does not have everything" file:///srv/sources
    '';
  }
