"""The shared layer: everything the product functions have in common."""

import gc
import os

# A cold start makes several hundred thousand objects that stay: to look through them for garbage all the time took a
# tenth of the first call. Nor has anybody installed plugins for pydantic, which looks for them in every package.
gc.set_threshold(20_000)
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
