# What a pyproject.toml may get wrong is refused with the right sentence, and what is right is not.
{
  lib,
  buildCommandCheck,
  new,
}:
let
  sets = (lib.importJSON ../service/rules.json).packages;
  faults = import ../service/faults.nix;
  parse = import ../service/python/requirement.nix { inherit lib; };
  requirements = import ../service/python/requirements.nix {
    inherit lib;
    packages.known.optional-dependencies.extra = [ "more" ];
  };

  service =
    name: changes:
    {
      project = {
        inherit name;
        version = "1";
      };
      tool.template.interface = 1;
    }
    // changes;

  # Of a file with these keys in [tool.template].
  faultOf =
    keys:
    faults (
      service "acme" {
        tool.template = {
          interface = 1;
        }
        // keys;
      }
    );

  begins = words: sentence: lib.hasPrefix words (if sentence == null then "" else sentence);
  refused =
    name: builtins.match ".* cannot name a service: .*" (toString (faults (service name { }))) != null;

  packagesOf =
    list:
    requirements (
      builtins.toFile "pyproject.toml" "[project]\ndependencies = ${builtins.toJSON list}\n"
    );
  fails = list: !(builtins.tryEval (builtins.deepSeq (packagesOf list).dependencies true)).success;

  holds = lib.mapAttrs (_: condition: if condition then "true" else "false");
in
buildCommandCheck "declarations" { nativeBuildInputs = [ new ]; } (
  {
    "new refuses a name that cannot be one" = ''
      ! new Bad_Name --template github:a/b 2>words &&
        grep 'cannot name a service' words && test ! -e Bad_Name
    '';
    "new refuses a directory that is not empty" = ''
      mkdir -p full/acme && touch full/acme/file &&
        ! new full/acme --template github:a/b 2>words && grep 'is not empty' words
    '';
    "new refuses a file" =
      "touch acme && ! new acme --template github:a/b 2>words && grep 'is a file' words";
    "new refuses what is no address of a template" = ''
      ! new other 2>words && grep 'by --template' words &&
        ! new other --template 'x"y''${z}' 2>words && test ! -e other
    '';
    "new writes a tree of that name" = ''
      new some/acme-orders --template github:a/b &&
        grep -x 'name = "acme-orders"' some/acme-orders/pyproject.toml &&
        ! grep '^\(license\|authors\) = ' some/acme-orders/pyproject.toml &&
        grep '^packages = "${builtins.head sets}"' some/acme-orders/pyproject.toml
    '';
    "new writes the package set that is asked for" = ''
      new other/acme --template github:a/b --packages nixpkgs &&
        grep '^packages = "nixpkgs"' other/acme/pyproject.toml
    '';
  }
  // holds {
    "names that can be one are taken" =
      map faults (
        map (name: service name { }) [
          "acme"
          "acme-orders"
          "a1-2"
        ]
      ) == [
        null
        null
        null
      ];
    "names that cannot be a role, an image or a project are refused" = builtins.all refused [
      "Acme"
      "1st"
      "acme_orders"
      "acme--orders"
      "acme-"
      "postgres"
      "metrics"
      "pg-acme"
      "acme-serve"
      "test-acme"
      "a23456789-123456789-123456789-123456789-1"
      ""
      7
    ];
    "another interface is refused" = begins "[tool.template] interface is 2, but" (
      faults (service "acme" { tool.template.interface = 2; })
    );
    "a variable that is no text is refused" =
      begins "[tool.template] environment: LIMIT must be a text"
        (faultOf {
          environment.LIMIT = 5;
        });
    "a variable of the cluster's is refused" =
      begins "[tool.template] environment: POSTGRES_DB is no variable"
        (faultOf {
          environment.POSTGRES_DB = "a";
        });
    "a misspelt key is refused" = begins "[tool.template] has no key fixture;" (faultOf {
      fixture = [ ];
    });
    "fixtures that are no list are refused" = begins "[tool.template] fixtures and overlay" (faultOf {
      fixtures = "a";
    });
    "a driver that Django cannot have is refused" = begins "[tool.template] driver must be" (faultOf {
      driver = "psycopg3";
    });
    "a package set that does not exist is refused" = begins "[tool.template] packages must be" (faultOf {
      packages = "another";
    });
    "sources that are no store are refused" = begins "[tool.template] sources is" (faultOf {
      sources = "/srv/sources";
    });
    "a language that Django cannot have is refused" = begins "[tool.template] languages is" (faultOf {
      languages = [ "pt-br" ];
    });
    "a deploy that is no truth value is refused" = begins "[tool.template] deploy must be" (faultOf {
      deploy = "yes";
    });
    "an upgrade that is no truth value is refused" = begins "[tool.template] upgrade must be" (faultOf {
      upgrade = "yes";
    });
    "an architecture that is unknown is refused" =
      begins "[tool.template] architectures is a list of"
        (faultOf {
          architectures = [ "riscv64" ];
        });
    "a budget that is no number is refused" = begins "[tool.template] images.NAME.megabytes" (faultOf {
      images.server.megabytes = "9";
    });
    "objectives that can be kept are taken" =
      faultOf {
        objectives = {
          latency.seconds = 1;
          views."admin:login".availability = 0.99;
        };
      } == null;
    "objectives that make no sense are refused" =
      let
        refusedAs = sentence: objectives: begins "[tool.template.objectives] ${sentence}" (faultOf {
          inherit objectives;
        });
      in
      refusedAs "is a table" 5
      && refusedAs "has no key fast" { fast = 1; }
      && refusedAs "availability is a share" { availability = 1; }
      && refusedAs "availability is a share" { availability = 99.9; }
      && refusedAs "latency is a table" { latency = 0.5; }
      && refusedAs "latency.share is a share" { latency.share = 99; }
      && refusedAs "latency.seconds must be one of 0.001, " { latency.seconds = 0.3; }
      && refusedAs "views is a table" { views = [ ]; }
      && refusedAs "views.\"a\" is a table" { views.a = 0.9; }
      && refusedAs "views.\"a\" has no key views" { views.a.views = { }; };
    "the constants of objectives name the bucket as Prometheus does" =
      map (rule: rule.labels.le or "") (
        builtins.head (import ../service/objectives { latency.seconds = 1; }).groups
      ).rules
      == [
        ""
        ""
        "1.0"
      ];
    "authors that pip would refuse are refused" = builtins.all (
      authors:
      begins "authors is a list" (
        faults (
          service "acme" {
            project = {
              inherit authors;
              name = "acme";
              version = "1";
            };
          }
        )
      )
    ) [
      "A Person"
      [ "A Person" ]
      [ { } ]
      [ { nom = "A Person"; } ]
    ];
    "a version that is no tag is refused" = begins "version \"1.0+local\" cannot be" (
      faults (
        service "acme" {
          project = {
            name = "acme";
            version = "1.0+local";
          };
        }
      )
    );
    "a requirement that is no text is refused" = begins "is no text" (parse 5).fault;
    "no interface is refused" = begins "[tool.template] interface is null, but" (
      faults (service "acme" { tool.template = { }; })
    );
    "a file without the template's table is refused" = begins "there is no table [tool.template]" (
      faults (service "acme" { tool = { }; })
    );
    "a file without a project is refused" = begins "there is no table [project]" (faults { });
    "a requirement's name is PyPI's" = (parse "Django_REST..Knox >= 5").name == "django-rest-knox";
    "extras are read" =
      (parse "known[extra, other]>=1").extras == [
        "extra"
        "other"
      ];
    "a marker is refused" = begins "has a marker" (parse "known; python_version < '3'").fault;
    "an address is refused" = begins "has an address" (parse "known @ https://known.example/a.whl")
    .fault;
    "what is no requirement is refused" = begins "is no requirement" (parse ">=1").fault;
    "an extra brings its packages" = builtins.elem "more" (packagesOf [ "known[extra]" ]).dependencies;
    "a package of no set is refused" = fails [ "unknown" ];
    "an unknown extra is refused" = fails [ "known[unknown]" ];
  }
)
