"""Which repository GitHub's client talks to, and that its token goes nowhere else."""

from __future__ import annotations

import httpx
import pytest
from github_desk import ALL, SHA, TOKEN, refused
from github_server import GitHubServer

from reconciler.github.rest import GitHub, Site
from reconciler.redaction import HIDDEN, Redactor


@pytest.mark.parametrize(
    ("site", "said"),
    [
        (Site("https://api.test", "shop/coupons", ""), "GITHUB_TOKEN is not set"),
        (Site("https://api.test", "shop/coupons", "a\nb"), "GITHUB_TOKEN holds a blank"),
        (Site("https://api.test", "coupons", TOKEN), "GITHUB_REPOSITORY must be OWNER/NAME"),
        (Site("https://api.test", "a/b/../c", TOKEN), "GITHUB_REPOSITORY must be OWNER/NAME"),
        (Site("https://api.test", "../..", TOKEN), "GITHUB_REPOSITORY must be OWNER/NAME"),
        (Site("https://api.test", "shop/..", TOKEN), "GITHUB_REPOSITORY must be OWNER/NAME"),
        (Site("https://api.test#x", "shop/coupons", TOKEN), "GITHUB_API_URL must be"),
        (Site("https://api.test:port", "shop/coupons", TOKEN), "GITHUB_API_URL must be"),
        (Site("", "shop/coupons", TOKEN), "GITHUB_API_URL must be https://HOST"),
        (Site("ftp://api.test", "shop/coupons", TOKEN), "GITHUB_API_URL must be https://HOST"),
        (Site("https://", "shop/coupons", TOKEN), "GITHUB_API_URL must be https://HOST"),
        (Site("https://a:b@api.test", "shop/coupons", TOKEN), "GITHUB_API_URL must be"),
        (Site("https://api.test?x=1", "shop/coupons", TOKEN), "GITHUB_API_URL must be"),
        (Site("https://[", "shop/coupons", TOKEN), "GITHUB_API_URL must be https://HOST"),
        (Site("http://api.test", "shop/coupons", TOKEN), "would send the token in the clear"),
    ],
)
def test_a_site_that_cannot_be_is_refused_before_anything_is_sent(site: Site, said: str) -> None:
    error = refused(lambda: GitHub(site, note=lambda _text, _level: None, redactor=Redactor()))
    assert said in str(error)
    assert 7 == error.exit_code


def test_an_enterprise_server_keeps_its_path() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        link = {"Link": '<https://git.test/api/v3/repositories/5/page?page=2>; rel="next"'}
        return httpx.Response(200, json=[], headers={} if "page" in request.url.params else link)

    site = Site("https://git.test/api/v3/", "shop/coupons", TOKEN)
    wire = httpx.MockTransport(answer)
    with GitHub(site, note=lambda _text, _level: None, redactor=Redactor(), transport=wire) as one:
        one.reviews(7)
    assert [
        "https://git.test/api/v3/repos/shop/coupons/pulls/7/reviews?per_page=100",
        "https://git.test/api/v3/repositories/5/page?page=2",
    ] == [str(url) for url in asked]


def test_the_token_is_hidden_at_once_and_no_traceback_shows_it() -> None:
    redactor, site = Redactor(), Site("https://api.test", "shop/coupons", TOKEN)
    with GitHub(site, note=lambda _text, _level: None, redactor=redactor):
        assert HIDDEN == redactor.output(TOKEN)
    assert TOKEN not in repr(site)


def test_no_proxy_reads_the_token_on_its_way_to_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with GitHubServer(tokens={TOKEN: ALL}) as server:
        server.add_pull(7, "priya", SHA)
        site = Site(server.url, server.repository, TOKEN)
        with GitHub(site, note=lambda _text, _level: None, redactor=Redactor()) as github:
            assert [] == [*github.comments(7)]
