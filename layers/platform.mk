# What the layers' Makefiles share. `sam build` runs them in a copy of their folder, but under their own path.
ROOT := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/..)
UV ?= $(shell uv --version >/dev/null 2>&1 && echo uv || echo $(ROOT)/.tools/uv/bin/uv)
SITE = $(ARTIFACTS_DIR)/python

# What the wheels must run on, as uv spells it: the functions' architecture, which the template alone says. Whoever builds
# for another machine sets LAYER_PLATFORM; empty, it means this very machine.
ARCHITECTURE := $(shell sed -n 's/^ *Architectures: \[\(.*\)\]$$/\1/p' $(ROOT)/template.yaml)
LAYER_PLATFORM ?= $(ARCHITECTURE:arm64=aarch64)-manylinux_2_28
