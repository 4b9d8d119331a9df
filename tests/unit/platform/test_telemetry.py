"""Promise: logs tell an operator what is wrong with the settings, and nobody what a picture says."""

import json
import os
import subprocess
import sys

import pytest

from ocr.platform.errors import ConfigurationError
from ocr.platform.telemetry import unforeseen

LIBRARIES = ("boto3", "botocore.endpoint", "botocore.parsers", "urllib3.connectionpool", "PIL", "python_multipart")
# As the Lambda runtime does it: the root logger has its level before the function is loaded.
SET_UP = """
import json, logging, sys

logging.basicConfig(level=logging.DEBUG)
from ocr.platform import telemetry

loud = [name for name in sys.argv[1:] if logging.getLogger(name).isEnabledFor(logging.INFO)]
print(json.dumps({"loud": loud, "ours": telemetry.logger.log_level}))
"""


def test_no_library_logs_requests_where_the_log_level_is_debug() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SET_UP, *LIBRARIES],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "POWERTOOLS_LOG_LEVEL": "DEBUG"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(ended.stdout) == {"loud": [], "ours": 10}


WORDS = """
import logging, sys

logging.basicConfig(level=logging.DEBUG)
from ocr.platform import telemetry

try:
    raise ValueError("SECRET")
except ValueError:
    for name in sys.argv[1:]:
        logging.getLogger(name).warning("Failed to parse headers (url=%s): SECRET", "SECRET", exc_info=True)
telemetry.logger.warning("Ours says so")
"""


def test_of_what_a_library_logs_only_its_name_and_level_pass() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORDS, *LIBRARIES],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "SECRET" not in done.stdout + done.stderr
    assert all(f"WARNING:{name}:" in done.stderr for name in LIBRARIES)
    assert "Ours says so" in done.stdout


def logged(error: Exception, caplog: pytest.LogCaptureFixture) -> str:
    """All that a log line tells of an error."""
    try:
        raise error
    except Exception as raised:
        unforeseen("A request failed", raised)
    [line] = caplog.records
    return str(vars(line))


def test_a_wrong_setting_is_named(caplog: pytest.LogCaptureFixture) -> None:
    assert "These settings are wrong: TABLE" in logged(ConfigurationError("These settings are wrong: TABLE"), caplog)


def test_what_any_other_error_says_stays_out(caplog: pytest.LogCaptureFixture) -> None:
    line = logged(ValueError("11010519491231002X"), caplog)
    assert "ValueError" in line
    assert "test_telemetry.py" in line
    assert "11010519491231002X" not in line
