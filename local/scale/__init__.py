"""A load, replayed second by second against the quotas of an AWS account."""
