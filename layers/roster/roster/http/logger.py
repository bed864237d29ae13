"""The log that the functions write: Powertools' own, one JSON object a line.

A line holds what the call is given, and Powertools prints an exception with its text, which may hold what was
sent. So nothing of ours gives the log an exception: it is told the error's type and where it was raised.
"""

import logging

from aws_lambda_powertools import Logger

log = Logger(service="roster", utc=True, use_rfc3339=True)  # else Lambda does not believe the line its level
# At DEBUG, which a deployment may ask for, it would log what handlers are called with: passwords.
logging.getLogger("aws_lambda_powertools").setLevel(logging.INFO)
