# The chassis, as the service imports it.
{ buildPythonModule, template }: buildPythonModule "chassis" (template + "/chassis/chassis")
