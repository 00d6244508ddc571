"""Inputs: from flags and variables to settings that can be trusted."""
