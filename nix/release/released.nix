# The project for each architecture that the root declares, as a list; else for this machine's.
{
  architecture,
  projects,
  service,
}:
map (architecture: projects.${architecture}) (
  if service.architectures != null then
    service.architectures
  else
    [ architecture ]
)
