# The commands of this repository. Each does all of its own set-up.
CONFIGURATION := Release
DOTNET := dotnet
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: build demo test test-full bench lint format setup setup-tests clean

## build: compile everything and leave ./bin/agent
build: setup
	$(DOTNET) publish src/Agent/Agent.csproj -c $(CONFIGURATION) -o bin --nologo -v quiet

## demo: a whole dispute on a local chain, in the terminal
demo: build
	./bin/agent demo

## test: every test, large ones as seeded samples (at most 15 minutes on 2 cores)
test: setup-tests build
	scripts/test sample

## test-full: the large tests at their full counts
test-full: setup-tests build
	scripts/test full

## bench: figures as ratios to something measured in the same run
bench: setup-tests
	$(DOTNET) run -c $(CONFIGURATION) --project bench/Gavel.Bench -- $(SUBJECTS)

## lint: style and formatting, as CI checks them
lint: setup
	$(DOTNET) format Agent.sln --no-restore --verify-no-changes

## format: mend what lint finds
format: setup
	$(DOTNET) format Agent.sln --no-restore

## setup: npm packages and NuGet packages, pinned by lock files
setup:
	scripts/setup run

## setup-tests: the above and the Debian packages that only tests need
setup-tests:
	scripts/setup test

clean:
	rm -rf artifacts bin TestResults
