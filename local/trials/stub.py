"""An engine in place of the real one, which takes as long as it is told to and reads the same plate on any picture."""

from io import BytesIO
from zipfile import ZipFile

from local.cloud.stack import Stack

ENGINE = """
import time

BOX = [[10, 10], [200, 10], [200, 60], [10, 60]]


def handler(event, context):
    time.sleep(SECONDS)
    plate = {"text": "京A12345", "confidence": 0.99, "box": BOX, "color": "blue"}
    return {"width": 440, "height": 140, "angle": 0, "lines": [], "plates": [plate]}
"""


def put_engine(stack: Stack, seconds: float) -> None:
    """Have the stack's engine be one that takes so many seconds for a picture."""
    archive = BytesIO()
    with ZipFile(archive, "w") as packed:
        packed.writestr("stub.py", f"SECONDS = {seconds}\n{ENGINE}")
    functions, name = stack.client("lambda"), stack.parts["Engine"]
    functions.update_function_code(FunctionName=name, ZipFile=archive.getvalue())
    functions.update_function_configuration(FunctionName=name, Handler="stub.handler")
