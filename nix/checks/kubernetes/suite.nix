# What the suite tests/kubernetes needs beside a cluster, which kubectl knows and whose nodes have the
# images.
{
  files,
  kubectl,
  layouts,
  pythons,
  service,
  template,
}:
{
  packages = [ kubectl ];
  variables = {
    KUBERNETES_DEPLOY = "${files}/deploy";
    KUBERNETES_LAYOUTS = "${layouts}";
    KUBERNETES_PAGE = "${template + "/docs/kubernetes.md"}";
    KUBERNETES_PYTHON = "${pythons.system-test}/bin/python";
    SERVICE_NAME = service.name;
  };
}
