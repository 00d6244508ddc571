"""Values and errors that all parts of the gate share."""
