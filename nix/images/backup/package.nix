# The commands of `backup`, as an installed Python package.
{ buildPythonModule }: buildPythonModule "backup" ./backup
