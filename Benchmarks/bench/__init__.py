"""What `Benchmarks/compare` and `Benchmarks/limits` are made of; each file is about one thing."""
