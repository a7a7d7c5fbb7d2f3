# What deploy/ has: Kubernetes's objects are valid, and say what Docker Compose and Swarm say; what
# its scripts do.
{
  buildSuiteCheck,
  docker-compose,
  kubectl,
  template,
}:
buildSuiteCheck "deployments" {
  folder = "deploy";
  packages = [
    docker-compose
    kubectl
  ];
  variables = {
    DEPLOY = "${template + "/deploy"}";
    DEPLOY_BACKUP = "${template + "/docs/backup.md"}";
    DEPLOY_COMPOSE = "${template + "/docker-compose.yaml"}";
    DEPLOY_DASHBOARDS = "${../images/metrics-graph/dashboards}";
    DEPLOY_DASHBOARDS_WRITER = "${../commands/files/dashboards.py}";
    DEPLOY_KUBERNETES = "${template + "/docs/kubernetes.md"}";
    DEPLOY_POSTGRESQL = "${../images/db/postgresql.conf}";
    DEPLOY_RENAME = "${../commands/files/compose.py}";
    DEPLOY_ROLES = "${template + "/chassis/chassis/roles"}";
    DEPLOY_RUNBOOK = "${template + "/docs/runbook.md"}";
    DEPLOY_SCALE = "${template + "/docs/scale.md"}";
  };
}
