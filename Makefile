# The commands of the house. Without make: python3 config/bootstrap.py demo
#
#   make demo                   set up everything and run the product with people in it
#   make demo PORT=8001         on another port;  RESET=1 begins anew
#   make test                   set up everything, then every check and test
#   make test ARGS='tests/loyalty -k refund'   only these tests
#   make test-full              also the volume, kill and million-row tests
#   make check                  lint, types, import contracts, migrations, schema
#   make bench                  measure the goals of performance
#   make run                    the product on the servers that .env names

PYTHON ?= python3

.PHONY: demo run check test test-full bench
demo run check test test-full bench:
	@exec $(PYTHON) -I config/bootstrap.py $@
