"""The responses of Checkly's API while a scenario is played. This package uses no sockets."""
