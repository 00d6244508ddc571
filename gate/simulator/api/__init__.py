"""What Checkly's API answers while a scenario is played. Knows time, but no sockets."""
