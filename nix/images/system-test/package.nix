# What system tests import as `client`, as an installed Python package.
{ buildPythonModule }: buildPythonModule "client" ./client
