"""Benchmarks: `make bench` compares the gate with alternatives, and writes docs/PERFORMANCE.md."""
