# What judges a service by running its Django, as checks import it.
{ buildPythonModule, template }:
buildPythonModule "service_checks" (template + "/chassis/service_checks")
