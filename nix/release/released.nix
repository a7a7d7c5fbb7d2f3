# The project for each architecture that the root declares, as a list; else for this machine's.
{
  packageSet,
  projects,
  service,
}:
map (architecture: projects.${architecture}) (
  if service.architectures != null then
    service.architectures
  else
    [ packageSet.stdenv.hostPlatform.go.GOARCH ]
)
