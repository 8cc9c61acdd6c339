# A thin front of Meson: `make help` lists what there is. Everything is built in build*/ and nowhere else.

BUILD ?= build
SECONDS_EACH ?= 60
DATA ?=

# Sources and packs are UTF-8, whatever the locale says.
export PYTHONUTF8 = 1

.PHONY: all deps demo tour screenshots test deb bench bench-peers evaluate sanitize fuzz format docs clean help

all: deps ## build the program (build/qiantang)
	@scripts/build.sh $(BUILD)

deps:
	@scripts/install-deps.sh build node

demo: all ## check, test and replay the packs that come with the program, and explain a model
	@scripts/demo.sh $(BUILD)

tour: all ## a bank to look around in with the console: starts it, says its address and who can sign in, and stays until Ctrl-C
	@python3 scripts/tour_bank.py $(BUILD)/qiantang $(BUILD)/tour --live 20 --worked

screenshots: all ## pictures of all screens of the console in both languages, into docs/pictures/console
	@scripts/install-deps.sh build node browser pictures
	@scripts/screenshots.sh $(BUILD)

test: ## everything: tests with gcc, the same bytes from gcc and clang, sanitizers; ends with "N passed, N failed"
	@scripts/install-deps.sh build node browser clang deb sql
	@python3 scripts/test.py all

sanitize: ## the tests under the sanitizers alone, with gcc and with clang
	@scripts/install-deps.sh build clang
	@python3 scripts/test.py sanitize

deb: all ## the Debian package, in $(BUILD)/deb, and that of its debug symbols
	@scripts/install-deps.sh deb
	@scripts/deb.sh $(BUILD)/qiantang $(BUILD)/deb

bench: all ## measure this machine with this program
	@scripts/bench.sh $(BUILD)

bench-peers: ## the same rules in other engines, for comparison (needs Node.js and npm)
	@scripts/install-deps.sh build node
	@scripts/bench-peers.sh

evaluate: all ## measure the example packs against labelled data: make evaluate DATA=folder
	@BUILD=$(abspath $(BUILD)) tests/evaluate/evaluate.sh "$(DATA)"

fuzz: ## hunt for inputs that break a reader: make fuzz SECONDS_EACH=60
	@scripts/install-deps.sh build clang
	@scripts/fuzz.sh $(SECONDS_EACH)

format: ## clang-format over the files that differ from the last commit
	@scripts/install-deps.sh format
	@scripts/format.sh

docs: all ## write the documents that come from lists in the code
	@for name in settings metrics; do $(BUILD)/qiantang config --document $$name > docs/operations/$$name.md || exit 1; done
	@python3 scripts/diagnostics.py

clean: ## remove what was built
	rm -rf build build-*

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/  \1\t\2/p' Makefile | expand -t 16
