"""The responses of Checkly's API while a scenario is played, without sockets."""
