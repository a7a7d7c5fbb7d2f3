# The programs of a release that need no registry: `notes`, and `sources`, which copies what
# fetchers make and nothing else.
{
  lib,
  buildCommandCheck,
  images-directory,
  notes,
  service,
  sources,
}:
let
  inherit (service) version;
  program = lib.getExe notes;
  # With a CHANGELOG.md that printf writes.
  after = text: "printf '${text}' >CHANGELOG.md";
in
buildCommandCheck "release"
  {
    # The sandbox has the derivation and those that it needs, but not what they make.
    derivation = builtins.unsafeDiscardOutputDependency images-directory.drvPath;
    setup = "source ${./sources.sh} ${lib.getExe (sources.override { packageSetName = service.packages; })}";
  }
  {
    "notes are a section of CHANGELOG.md, and the images" = ''
      ${after "# Changes\\n\\n## 9\\nnew\\n## [${version}] - today\\n\\n- one\\n## 0.0.1\\nold\\n"}
      echo registry.example.com/team/server:${version}@sha256:${builtins.hashString "sha256" ""} \
        >images
      ${program} v${version} images >notes
      printf '%s\n' "" "- one" "" "## Images" "" '```' "$(<images)" '```' | diff - notes
    '';
    "a tag of another version is refused" = ''
      ${after "## ${version}\\ntext\\n"}
      fails "the tag v9 is not v${version}" ${program} v9
    '';
    "a version without a text is refused" = ''
      ${after "## ${version}\\n\\n## ${version}1\\ntext\\n"}
      fails 'CHANGELOG.md has no section `## ${version}`' ${program} v${version}
      rm CHANGELOG.md
      fails "there is no CHANGELOG.md here" ${program} v${version}
    '';
    "images of another version, or none, are refused" = ''
      ${after "## ${version}\\ntext\\n"}
      echo registry.example.com/team/server:9@sha256:${builtins.hashString "sha256" ""} >images
      : >empty
      for file in images empty /tmp; do
        fails "must have the lines that" ${program} v${version} $file
      done
      fails "there is no file missing." ${program} v${version} missing
    '';
    "each fetched file is copied" = ''
      $sources file:///srv/sources
      source ${../../release/fetched.sh}
      fetched <derivations | sort >expected
      sort copied | diff expected -
      [ "$(wc -l <expected)" -gt 100 ]
    '';
    "an address is asked for" = ''
      fails "such as: sources file:///srv/sources" $sources
      fails "such as: sources file:///srv/sources" $sources /srv/sources
    '';
    "what cannot be fetched is told" = ''
      export UNFETCHED=yes
      fails "not everything that the images are made of could" $sources file:///srv/sources
    '';
    "a store that does not take it is told" = ''
      export UNCOPIED=yes
      fails "file:///srv/sources?compression=zstd does not have everything" $sources \
        file:///srv/sources
    '';
  }
