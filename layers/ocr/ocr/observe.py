"""Logs, metrics and traces: one of each for the whole process.

Whatever is logged names ids, products, vendors, codes and milliseconds; never a field, a file name or a vendor's text.
"""

from aws_lambda_powertools import Logger, Metrics, Tracer

logger = Logger()
metrics = Metrics()
tracer = Tracer()
