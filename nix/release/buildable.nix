# The project for each architecture whose images this machine builds, of those that the root declares:
# all where this machine runs programs of the others, or the set only unpacks.
{
  architecture,
  packageSet,
  projects,
  provenSet,
  released,
}:
if packageSet.${provenSet.name}.emulation.emulates or false then
  released
else
  [ projects.${architecture} ]
