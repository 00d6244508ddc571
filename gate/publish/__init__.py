"""Write finished text to CI systems, files and the console."""
