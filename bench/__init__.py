"""How fast the gate is: `make bench` measures it beside others, and writes docs/PERFORMANCE.md."""
