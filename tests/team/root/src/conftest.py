"""What the unit tests of this service share, beside the fixtures of `chassis.testing`."""
