"""Empty the file of rsyslog's counters, which rsyslog only appends to. In: SYSLOG_STATS."""

import os

os.truncate(os.environ["SYSLOG_STATS"], 0)
