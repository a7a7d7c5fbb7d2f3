# The backup program, as an installed Python package.
{ buildPythonModule, template }: buildPythonModule "backup" (template + "/backup/backup")
