"""Take the picture of docs/ci.md: the marketing scene's comment, dressed as GitHub dresses it."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped] # it comes without types
from cmarkgfm.cmark import Options  # type: ignore[import-untyped] # the same

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))

from chromium import chromium  # noqa: E402 - found only now
from marketing import scene  # noqa: E402 - the same
from pages import sandbox  # noqa: E402 - the same

from reconciler.approvals import Review  # noqa: E402 - the same
from reconciler.github.event import PullRequest, Run  # noqa: E402 - the same
from reconciler.github.proposal import Asked, propose  # noqa: E402 - the same
from reconciler.github.site import Site  # noqa: E402 - the same

_REPOSITORY = "example/coupons"
_RUN = Run(
    Site("https://api.github.com", _REPOSITORY, ""),
    1,
    1,
    f"https://github.com/{_REPOSITORY}/actions/runs/1",
    "main",
)
_HEAD, _AGAINST = "9c41f07be2d85a6e3", "5b1e6a90c7f23d814"
_PULL = PullRequest(7, _HEAD, "priya", "priya", fork=False, base_sha=None, base_ref="main")
_PAGE = """\
<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>A comment</title><style>
body { margin: 16px; font: 14px/1.5 "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif;
  color: #1f2328; background: #fff; overflow-wrap: break-word; }
article { border: 1px solid #d1d9e0; border-radius: 6px; }
header { padding: 8px 16px; color: #59636e; background: #f6f8fa;
  border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0; }
header b { color: #1f2328; }
main { padding: 16px; }
main > :first-child { margin-top: 0; }
main > :last-child { margin-bottom: 0; }
p, ul, table, details { margin: 0 0 16px; }
h2, h3 { margin: 24px 0 16px; line-height: 1.25; }
h2 { font-size: 21px; padding-bottom: 6px; border-bottom: 1px solid #d1d9e0b3; }
h3 { font-size: 17.5px; }
ul { padding-left: 28px; }
li + li { margin-top: 3px; }
a { color: #0969da; }
code { font-family: "DejaVu Sans Mono", "Liberation Mono", monospace; font-size: 85%;
  padding: 2px 5px; border-radius: 6px; background: #818b981f; }
i { display: inline-block; width: 1em; height: 1em; border-radius: 50%; vertical-align: -2px;
  background: linear-gradient(#d1242f 38%, #fff 38% 62%, #d1242f 62%); }
table { border-collapse: collapse; }
th, td { padding: 6px 13px; border: 1px solid #d1d9e0; }
hr { height: 3px; border: 0; background: #d1d9e0; margin: 24px 0; }
</style><article><header><b>github-actions</b> bot commented</header><main>COMMENT</main></article>
"""


def comment() -> str:
    """The comment of the scene, in HTML as GitHub makes it."""
    with sandbox() as (client, store):
        plan = replace(scene(client, store), commit=_HEAD, against=_AGAINST)
    own = frozenset(change.digest for change in plan.changes)
    asked = Asked(_RUN, _PULL, Path("series"), "series", signed=True, strict=True)
    made = propose(Review(own, plan), plan, asked)
    found: str = cmarkgfm.github_flavored_markdown_to_html(
        made.page.text, Options.CMARK_OPT_HARDBREAKS | Options.CMARK_OPT_UNSAFE
    )
    return found.replace("⛔", "<i></i>")  # few machines that take pictures have a font for it


def main() -> None:
    """Write docs/comment.png."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 920, "height": 800}, color_scheme="light")
        page.set_content(re.sub("COMMENT", lambda _: comment(), _PAGE))
        page.screenshot(path=REPOSITORY / "docs" / "comment.png", full_page=True)


if __name__ == "__main__":
    main()
