"""Values and errors that every part of the gate shares."""
