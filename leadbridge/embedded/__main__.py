"""`python -m leadbridge.embedded COMMAND …`: run a command with the engines at hand."""

import subprocess
import sys

from leadbridge.embedded import EmbeddedError, provide


def main(command: list[str]) -> int:
    if not command:
        print("usage: python -m leadbridge.embedded COMMAND [ARGUMENT …]", file=sys.stderr)
        return 2
    try:
        provide()
    except EmbeddedError as error:
        print(f"leadbridge: {error}", file=sys.stderr)
        return 1
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
