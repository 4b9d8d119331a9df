"""Ways in and out: the Lambda handler, HTTPS, SQS, requests, responses, upload forms."""
