"""What this service's unit tests share, beside the fixtures of `chassis.testing`."""
