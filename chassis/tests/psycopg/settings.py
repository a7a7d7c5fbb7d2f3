from tests.settings import *  # noqa: F403
