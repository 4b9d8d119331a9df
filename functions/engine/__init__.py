"""The embedded OCR engine."""

import os

# onnxruntime reports its sessions to Microsoft unless it finds this when it is first imported. Nothing leaves here.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
