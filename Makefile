# The two commands that matter are `make serve` and `make test`; each installs what it needs.
BUILD = swift build -c release

.PHONY: serve build test fuzz bench bench-ci format lint clean install install-tests

serve: build
	scripts/serve-example

build: install
	$(BUILD)

# One configuration for product and tests: what is tested is what runs.
test: install-tests
	$(BUILD) --build-tests
	swift test -c release --skip-build --disable-testable-imports

# Hours of damaged input: make fuzz SECONDS=600 ENTRY=message
fuzz: install
	Fuzz/run $(SECONDS) $(ENTRY)

# What a query costs, beside other servers; `Benchmarks/run --help` has the options.
bench: build
	Benchmarks/run

# Only the figures that repeat on every run, against Benchmarks/baseline.json.
bench-ci: build
	Benchmarks/run --ci

format:
	swift format -i -r Sources Tests Benchmarks Package.swift

lint:
	swift format lint --strict -r Sources Tests Benchmarks Package.swift

install:
	scripts/install

install-tests:
	scripts/install tests

clean:
	rm -rf .build Benchmarks/.build state
