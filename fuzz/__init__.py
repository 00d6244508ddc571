"""Coverage-guided fuzzing of the code that reads text from outside: `make fuzz`."""
