.DEFAULT_GOAL := help
.PHONY: help build test format demo

help: ## what there is to make
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

build: ## the release binary, .build/release/docker-tar-lab
	@./scripts/build

test: ## install what the tests need, and run all of them
	@./scripts/test

format: ## format every Swift file, then lint
	@./scripts/format

demo: ## a real pull through a hostile network on loopback
	@./scripts/demo
