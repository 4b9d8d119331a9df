# Every verb sets up what it needs: uv when it is missing, the locked environment, the tools for the local AWS.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-docker up invoke down check check-types check-template deploy delete doctor smoke cost scale redrive generate console new-product new-vendor score calibrate matrix policies evaluate extract picture console-picture fix lock layer-requirements licences sbom audit bench trials tools clean
.DELETE_ON_ERROR:

ifneq ($(words $(CURDIR)),1)
$(error The path of this checkout has blanks, which make cannot handle: move it to a path without, and run make there)
endif

SAM_CLI := aws-sam-cli==1.170.0
AWS_CLI := awscli==1.46.3
MINISTACK := ministack==1.5.33
MITMPROXY := mitmproxy==12.2.3
RUNTIME := awslambdaric==4.2.2
OPENAPI_CLIENT := openapi-python-client==0.29.1
PIP_AUDIT := pip-audit==2.10.1

# A pyenv shim answers `which` and then refuses to run here, so uv is tried, not looked for.
export UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo $(CURDIR)/.tools/uv/bin/uv)
# Bytecode is kept, apart: in the layers' folders it would make SAM CLI build them anew.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.local/pycache
export PYTHONPATH := $(CURDIR):$(CURDIR)/layers/ocr:$(CURDIR)/functions
PYTHON := .venv/bin/python
INSTALL := UV_TOOL_DIR=$(CURDIR)/.tools/envs UV_TOOL_BIN_DIR=$(CURDIR)/.tools/bin $(UV) tool install --quiet --force --python 3.13

# A word as the shell takes it, whatever is in it; and each word of a list that has blanks or commas in between.
quoted = '$(subst ','\'',$(strip $(1)))'
COMMA := ,
list = $(foreach word,$(subst $(COMMA), ,$(1)),$(call quoted,$(word)))

# Terminals call the number of their lines so.
ifneq ($(filter environment%,$(origin LINES)),)
LINES :=
endif

# What a target takes stands in its help line. Anything else on the command line is a slip, and would be left unnoticed.
GIVEN := $(foreach name,$(filter-out -%,$(.VARIABLES)),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
TAKEN := $(foreach goal,$(or $(MAKECMDGOALS),help),$(shell grep '^$(goal)[ :]' Makefile | grep -o '[A-Z][A-Z]*=' | tr -d =))
ifneq ($(filter-out $(TAKEN) LAYER UV,$(GIVEN)),)
$(error make $(MAKECMDGOALS) does not take $(filter-out $(TAKEN) LAYER UV,$(GIVEN)). It takes $(or $(TAKEN),nothing))
endif
ifneq ($(filter-out 1,$(foreach name,$(filter DOCS MISSES FRESH CONTAINERS GUIDED IMPORT ALL,$(GIVEN)),$($(name)))),)
$(error DOCS, MISSES, FRESH, CONTAINERS, GUIDED, IMPORT and ALL are 1 or left out)
endif

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: tools ## Deploy to a local AWS, send every sample both ways, show what came of it (PICTURES=folder VENDORS=juhe,ctyun)
	@$(PYTHON) -m local demo $(if $(PICTURES),--pictures $(call quoted,$(PICTURES))) $(if $(VENDORS),--vendors $(call list,$(VENDORS)))

up: tools ## Deploy to a local AWS that stays, and print how to use it (CONTAINERS=1: containers of sam local reach it)
	@$(PYTHON) -m local up $(if $(CONTAINERS),--containers)

invoke: tools ## Run one function in a container of sam local with a sample event (PRODUCT=id_card EVENT=s3)
	@$(PYTHON) -m local invoke $(call quoted,$(or $(PRODUCT),id_card)) $(call quoted,$(or $(EVENT),https-binary))

down: .venv/ready ## End the local AWS that stays
	@$(PYTHON) -m local down

test: tools .tools/clients/ready ## Run all tests
	$(PYTHON) -m pytest -n 2 --dist loadgroup

test-all: export MATRIX = 1
test-all: export MUTATIONS = 50000
test-all: export LISTED = 10000
test-all: export ASKING = 10000
test-all: export FAULTS = 1
test-all: export MACHINES = 200
test-all: export HOSTILE = 50000
test-all: export DEATHS = 50
test-all: export BAD_DAYS = 300
test-all: export PILE = 1
test-all: test ## Run all tests at length: every vendor × product × form × trigger, 50,000 mutated answers, 200 mixtures of failures, 300 bad days, a failing AWS

test-docker: export CONTAINERS = 1
test-docker: tools ## Try sam local in containers, against a stack of its own; skipped where no container engine answers
	$(PYTHON) -m pytest tests/e2e/test_containers.py

check: tools ## Lint, types, direction of imports, template
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-template check-types

# Each takes a core for a minute: two run side by side.
check-types:
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

# `sam validate` would have cfn-lint look a second time; that SAM takes the template, the tests' deployment shows.
check-template:
	.venv/bin/cfn-lint --append-rules cfn_lint_serverless.rules --template template.yaml

deploy: tools ## Build the stack and deploy it to AWS (STACK=ocr GUIDED=1 asks again, IMPORT=1 takes over what a deleted one left, ROLLBACK=15 minutes of alarms undo it)
	@$(PYTHON) -m local deploy $(call quoted,$(or $(STACK),ocr)) $(if $(GUIDED),--guided) $(if $(IMPORT),--import) $(if $(ROLLBACK),--rollback $(call quoted,$(ROLLBACK)))

delete: .venv/ready ## Delete a stack on AWS, but for its records and keys (STACK=ocr ALL=1: those too); asks first
	@$(PYTHON) -m local delete $(call quoted,$(or $(STACK),$(error Say which stack: make delete STACK=ocr))) $(if $(filter ALL,$(GIVEN)),--all)

doctor: .venv/ready ## Say which vendors are configured, reachable and accepted; prints no key (STACK=name, on AWS)
	@$(PYTHON) -m local doctor $(if $(STACK),--stack $(call quoted,$(STACK)))

smoke: .venv/ready ## Look whether a deployed stack does what only AWS can show (STACK=name, on AWS)
	@$(PYTHON) -m local smoke $(if $(STACK),--stack $(call quoted,$(STACK)))

cost: .venv/ready ## What the stack costs: idle, and 1,000 documents, beside version 1 and a naive handler (DOCS=1)
	@$(PYTHON) -m local cost $(if $(DOCS),--docs)

scale: .venv/ready ## A million documents against AWS's quotas (DOCUMENTS=1000000 RATE=300 ACCOUNT=new PRODUCTS=7)
	@$(PYTHON) -m local scale $(if $(DOCUMENTS),--documents $(call quoted,$(DOCUMENTS))) $(if $(RATE),--rate $(call quoted,$(RATE))) \
		$(if $(ACCOUNT),--account $(call quoted,$(ACCOUNT))) $(if $(PRODUCTS),--products $(call quoted,$(PRODUCTS)))

redrive: .venv/ready ## Put uploads from the dead-letter queue back on their queues (STACK=name, on AWS)
	@$(PYTHON) -m local redrive $(if $(STACK),--stack $(call quoted,$(STACK)))

generate: .venv/ready ## Make events, schemas, the OpenAPI document and the tables of the docs anew from the code
	@$(PYTHON) -m local generate

console: ## Build the page for people, functions/records/console.html, from console/ (needs Node.js and npm)
	@cd console && npm ci --ignore-scripts --no-audit --no-fund --loglevel error && npm run --silent build

new-product: .venv/ready ## Write folder, block and sample of one more product (NAME=gift_card CATEGORY=general)
	@$(PYTHON) -m local scaffold.product $(call quoted,$(NAME)) $(call quoted,$(or $(CATEGORY),general))

new-vendor: .venv/ready ## Write module, simulator and tests' facts of one more vendor (NAME=baidu PRODUCTS=id_card)
	@$(PYTHON) -m local scaffold.vendor $(call quoted,$(NAME)) $(call quoted,$(PRODUCTS))

score: .venv/ready ## How much of the samples comes out right or silently wrong (PRODUCTS="vin" LAYOUTS="a b issued unseen" MISSES=1)
	@$(PYTHON) -m local score $(if $(PRODUCTS),--products $(call list,$(PRODUCTS))) $(if $(LAYOUTS),--layouts $(call list,$(LAYOUTS))) \
		$(if $(MISSES),--misses) $(if $(PRODUCTS)$(LAYOUTS),,--docs; result=$$?; $(PYTHON) -m local.sheets --docs && exit $$result)

calibrate: .venv/ready ## Count anew what confidences are made of; takes hours (LAYOUTS="issued")
	@$(PYTHON) -m local calibrate $(if $(LAYOUTS),--layouts $(call list,$(LAYOUTS)))

matrix: .venv/ready ## What comes of samples under other products' names and of parts of documents (PRODUCTS="vin" LAYOUTS="a issued")
	@$(PYTHON) -m local matrix $(if $(PRODUCTS),--products $(call list,$(PRODUCTS))) $(if $(LAYOUTS),--layouts $(call list,$(LAYOUTS)))

policies: .venv/ready ## What a right record costs with the engine, with simulated vendors, with both (PRODUCTS="vin" LAYOUTS="a issued" MISSES=1 DOCS=1)
	@$(PYTHON) -m local policies $(if $(PRODUCTS),--products $(call list,$(PRODUCTS))) $(if $(LAYOUTS),--layouts $(call list,$(LAYOUTS))) \
		$(if $(MISSES),--misses) $(if $(DOCS),--docs)

evaluate: .venv/ready ## Read a folder of pictures, score them by its truth.json (PICTURES=folder PRODUCT=id_card FRESH=1 DOCS=1)
	@$(PYTHON) -m local evaluate $(call list,$(or $(PICTURES),$(error Say which folder: make evaluate PICTURES=folder))) \
		$(if $(PRODUCT),--product $(call quoted,$(PRODUCT))) $(if $(FRESH),--fresh) $(if $(DOCS),--docs)

extract: .venv/ready ## Print the record made of given lines (LINES=case.json PRODUCT=id_card)
	@$(PYTHON) -m local extract $(call list,$(or $(LINES),$(error Say which lines: make extract PRODUCT=id_card LINES=case.json))) \
		$(if $(PRODUCT),--product $(call quoted,$(PRODUCT)))

picture: .venv/ready ## Draw the picture of a record anew: a sample with its fields
	@$(PYTHON) -m local picture

console-picture: .venv/ready ## Take the picture of the console from the stack that `make up` left (needs Chromium)
	@$(PYTHON) -m local console_picture

fix: .venv/ready ## Let ruff put right what it can
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench: tools ## Measure cold start, memory, engine and layers (DOCS=1)
	@$(PYTHON) -m local bench $(if $(DOCS),--docs)

trials: tools ## Try each promise on a local AWS and show a figure (TRIALS="kill backlog" SCALE=0.1 DOCS=1)
	@$(PYTHON) -m local trials $(call list,$(TRIALS)) $(if $(SCALE),--scale $(call quoted,$(SCALE))) $(if $(DOCS),--docs)

lock: | $(filter /%,$(UV)) ## Lock the dependencies anew, the layer's included
	$(UV) lock
	@mkdir -p .local
	@for layer in ocr engine files sign_in; do file=layers/$$layer/requirements.txt; \
		{ sed -n '/^#/p' $$file; $(MAKE) --silent layer-requirements LAYER=$$layer; } > .local/requirements.txt; \
		mv .local/requirements.txt $$file; done

# What the Lambda runtime brings, and what the engine's layer finds in the other one or does without.
LAYER := ocr
GROUP_ocr := layer
PRUNED_ocr := boto3 botocore
GROUP_engine := engine
PRUNED_engine := colorama flatbuffers packaging pillow protobuf requests
GROUP_files := files
PRUNED_files := pillow
GROUP_sign_in := sign_in
layer-requirements: | $(filter /%,$(UV))
	@$(UV) export --quiet --locked --only-group $(GROUP_$(LAYER)) --no-annotate --no-header \
		$(foreach name,$(PRUNED_$(LAYER)),--prune $(name))

licences sbom: generate ## Write the licences (NOTICE) and the bill of materials (sbom.json, CycloneDX) of what ships

audit: | $(filter /%,$(UV)) ## Ask for known vulnerabilities of what ships (needs the internet; run it on a schedule)
	@for layer in ocr engine files sign_in; do $(UV) tool run --quiet $(PIP_AUDIT) --strict --require-hashes --disable-pip \
		--requirement layers/$$layer/requirements.txt || failed=1; done; exit $${failed:-0}

tools: .venv/ready .tools/ready ## Install what the commands need, run nothing

clean: down ## Remove all that was made here, tools included
	rm -rf .venv .tools .local .aws-sam

$(CURDIR)/.tools/uv/bin/uv:
	@local/needs.sh
	@echo "Installing uv into .tools"
	@for python in python3 /usr/bin/python3; do $$python -m venv .tools/uv && break; done
	@.tools/uv/bin/python -m pip install --quiet --retries 1 --timeout 20 uv 2> .tools/uv/log || { rm -rf .tools/uv; \
		echo "uv could not be downloaded from the Python package index: set up once with a network, later runs need none." >&2; exit 1; }

.venv/ready: pyproject.toml uv.lock | $(filter /%,$(UV))
	@local/needs.sh
	@$(UV) python find --quiet 3.13 > /dev/null 2>&1 || echo "There is no Python 3.13 here: uv downloads one from github.com" \
		"(UV_PYTHON_INSTALL_MIRROR names another place)."
	@$(UV) sync --quiet --locked || { \
		echo "The packages could not be installed, see above: set up once with a network, later runs need none." >&2; exit 1; }
	@touch $@

.tools/ready: Makefile | $(filter /%,$(UV))
	@echo "Installing SAM CLI, the AWS CLI, MiniStack and mitmproxy into .tools"
	@$(INSTALL) $(SAM_CLI)
	@$(INSTALL) $(AWS_CLI)
	@$(INSTALL) $(MINISTACK) --with aws-sam-translator --with boto3
	@$(INSTALL) $(MITMPROXY)
	@$(UV) venv --quiet --clear --python 3.13 .tools/envs/runtime
	@$(UV) pip install --quiet --python .tools/envs/runtime $(RUNTIME) boto3
	@# With .tools/bin on the PATH, `sam build` finds all that it asks for.
	@ln -sf ../envs/aws-sam-cli/bin/python .tools/bin/python3.13
	@$(if $(filter /%,$(UV)),ln -sf ../uv/bin/uv .tools/bin/uv)
	@touch $@

# What makes clients of the OpenAPI document, for the tests alone.
.tools/clients/ready: Makefile tests/e2e/clients/package-lock.json | .tools/ready
	@echo "Installing the generators of clients into .tools"
	@$(INSTALL) $(OPENAPI_CLIENT)
	@mkdir -p $(@D)
	@cp tests/e2e/clients/package.json tests/e2e/clients/package-lock.json $(@D)
	@if npm --version > /dev/null 2>&1; then npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel error; \
		else echo "There is no npm: the test of a client in TypeScript is skipped."; fi
	@touch $@
