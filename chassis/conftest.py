"""The chassis's tests get the fixtures that a service's tests get."""

pytest_plugins = ["chassis.testing"]
