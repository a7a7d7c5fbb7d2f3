#!/usr/bin/env python
"""Django's command line for this project."""

import os

from chassis.command_line import main

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
