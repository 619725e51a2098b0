"""The stand-in of GitHub's own command line: it answers what the workflows ask, and no more."""

from __future__ import annotations

import os
import sys

from calls import record

PULL = 7  # the number of each pull request that it opens


def main(arguments: list[str]) -> int:
    """Answer a call; 1 for one that is not known, 4 without a token, as the real one."""
    token = os.environ.get("GH_TOKEN") or os.environ.get("GITHUB_TOKEN")
    asked = sys.stdin.read() if arguments[:2] == ["auth", "git-credential"] else ""
    record("gh", asked)
    if not token:
        sys.stderr.write("gh: set the GH_TOKEN environment variable\n")
        return 4
    if arguments == ["auth", "git-credential", "get"]:
        sys.stdout.write(f"{asked.strip()}\nusername=x-access-token\npassword={token}\n")
    elif arguments[:2] == ["auth", "git-credential"] and arguments[2:] in (["store"], ["erase"]):
        pass
    elif arguments[:2] == ["pr", "create"]:
        repository = os.environ["GITHUB_REPOSITORY"]
        sys.stdout.write(f"{os.environ['GITHUB_SERVER_URL']}/{repository}/pull/{PULL}\n")
    else:
        sys.stderr.write(f"the stand-in of gh does not know: {arguments}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
