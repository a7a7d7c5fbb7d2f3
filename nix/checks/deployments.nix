# What deploy/ has: Kubernetes's objects are valid, and say what Docker Compose and Swarm say.
{
  buildCommandCheck,
  docker-compose,
  kubectl,
  pythons,
  template,
}:
let
  objects = "python -P ${./objects.py} ${./operator.yaml}";
  # With a fault that sed writes into them.
  refused = change: "sed '${change}' sample.yaml >changed.yaml && ! ${objects} changed.yaml";
in
buildCommandCheck "deployments"
  {
    nativeBuildInputs = [
      docker-compose
      kubectl
      pythons.deployments
    ];
    setup = ''
      cp -r --no-preserve=mode ${template + "/deploy"} deploy
      cp -r deploy renamed
      SERVICE_NAME=pet-shop SERVICE_ENVIRONMENT='{}' ${pythons.files}/bin/python -P \
        ${../../commands/files/compose.py} renamed <${template + "/docker-compose.yaml"} >/dev/null
      for overlay in base monitoring sample; do
        kubectl kustomize deploy/kubernetes/$overlay >$overlay.yaml
      done
      kubectl kustomize renamed/kubernetes/sample >renamed.yaml
    '';
  }
  {
    "objects of Kubernetes" = "${objects} base.yaml monitoring.yaml sample.yaml renamed.yaml";
    "an unknown kind is refused" = refused "s/^kind: Job$/kind: Work/";
    "an unknown field is refused" = refused "s/^  replicas: 2$/  copies: 2/";
    "an unknown field of the operator's is refused" = refused "s/^  - interval: 5s$/  - every: 5s/";
    "Compose, Swarm and Kubernetes agree" =
      "python -P ${./deployments.py} deploy/compose.production.yaml deploy/stack.yaml sample.yaml";
    "a difference is told" = ''
      sed 's/DRAIN_SECONDS: "5"/DRAIN_SECONDS: "6"/' sample.yaml >changed.yaml
      ! python -P ${./deployments.py} deploy/compose.production.yaml deploy/stack.yaml changed.yaml
    '';
    "a job with a health check is told" = ''
      sed '/healthcheck: {disable: true}/d' deploy/stack.yaml >changed.yaml
      ! python -P ${./deployments.py} deploy/compose.production.yaml changed.yaml sample.yaml >told
      grep -x 'Swarm would kill migrate, a job that has a health check' told
    '';
    # Links lead to the template's repository.
    "another service's name" = ''
      grep -q 'image: registry.example.com/team/pet-shop-server:' renamed.yaml
      grep -q 'name: pet-shop$' renamed.yaml
      ! grep -v runbook_url renamed.yaml | grep templatesite
      ! grep -rv 'runbook_url\|example.com/templatesite' renamed | grep templatesite
    '';
    "compose in production" = ''
      EDGE_NAMES=localhost docker-compose --file deploy/compose.production.yaml --profile '*' \
        config --quiet
    '';
    "connections to PostgreSQL" = ''
      python -P ${./connections.py} ${template + "/docs/scale.md"} ${../../images/db/postgresql.conf} \
        deploy/compose.production.yaml deploy/stack.yaml sample.yaml
    '';
    "exact images" = "python -P ${./pinned.py} deploy ${template + "/docker-compose.yaml"}";
    "back to an exact image" = "bash -eu ${./back.sh} deploy/release.sh";
    "release.sh" = "bash -eu ${./release.sh} deploy/kubernetes/release.sh deploy/kubernetes/sample";
  }
