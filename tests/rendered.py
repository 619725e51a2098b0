"""What GitHub's own parser makes of Markdown: its elements, and the text in and outside of code."""

from __future__ import annotations

from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped] # it comes without types
from cmarkgfm.cmark import Options  # type: ignore[import-untyped] # the same

# As GitHub reads a comment before it takes dangerous HTML away; here all of it stays to be seen.
_AS_IN_COMMENTS = Options.CMARK_OPT_HARDBREAKS | Options.CMARK_OPT_UNSAFE


class Rendered(HTMLParser):
    """One rendered text: `tags` in order, `links`, all `text`, `code` by span, `plain` the rest."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.attributes: set[str] = set()
        self.code: list[str] = []
        self.text = self.plain = ""
        self._in_code = False
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, _AS_IN_COMMENTS))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]
        if tag == "code":
            self._in_code = True
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_code = self._in_code and tag != "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_code:
            self.code[-1] += data
        else:
            self.plain += data

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"comment: {data}")

    def handle_decl(self, decl: str) -> None:
        self.tags.append(f"declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        self.tags.append(f"instruction: {data}")
