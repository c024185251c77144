#!/usr/bin/env python3
"""Occurrences by dateutil, for the expansion test.

Reads lines `DTSTART<tab>RRULE` and writes for each one line: the first occurrences within fifty
years, as YYYYMMDDTHHMMSS with blanks between; `?` for a rule that dateutil refuses.
"""

import itertools
import sys
import warnings
from datetime import datetime, timedelta

from dateutil.rrule import rrulestr

warnings.simplefilter("ignore")
COUNT_MAX = int(sys.argv[1])

for line in sys.stdin:
    start_text, rule_text = line.rstrip("\n").split("\t")
    start = datetime.strptime(start_text, "%Y%m%dT%H%M%S")
    try:
        rule = rrulestr(rule_text, dtstart=start, ignoretz=True)
        end = start + timedelta(days=50 * 365)
        found = itertools.takewhile(lambda time: time < end, itertools.islice(rule, COUNT_MAX))
        print(" ".join(time.strftime("%Y%m%dT%H%M%S") for time in found))
    except (ValueError, TypeError, OverflowError):
        print("?")
