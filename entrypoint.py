"""The entrypoint of the container: the command line of the gate."""

from gate.__main__ import main

if __name__ == "__main__":
    main()
