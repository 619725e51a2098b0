"""The target of a run and its credentials, and what is said of those that cannot be."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from wire import TARGET

from reconciler.config import credentials, load_target, sandbox_credentials, zone_of
from reconciler.errors import SignInError, UsageError
from reconciler.fields import FIELDS

if TYPE_CHECKING:
    from pathlib import Path

ONE = '[targets.eu]\nurl = "https://eu.test"\ntimezone = "Asia/Kolkata"\n'
TWO = ONE + '[targets.us]\nurl = "https://us.test"\n'
TOP = "write one of default_target, require_approval, targets, guardrails"
NO_URL = 'it is missing: write url = "https://HOST" (or "sandbox:FILE")'
HIDING = "productInfo, redemptionOrgEntityDetails, targetUserDetails, customPropertyMap"
LIKE = '; write one like "UTC" or "Asia/Kolkata"'
URL = "http://127.0.0.1:8484"
USER, WORD = "RECONCILER_USERNAME", "RECONCILER_PASSWORD"
KEY, SECRET = "RECONCILER_CLIENT_KEY", "RECONCILER_CLIENT_SECRET"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reconciler.toml"


def refused(path: Path | None, name: str | None = None, url: str | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        load_target(path, name, url)
    assert 64 == caught.value.exit_code
    return str(caught.value)


def test_a_whole_target_is_read(file: Path) -> None:
    hiding = sorted(field.name for field in FIELDS.values() if field.hides)
    file.write_text(
        f"{TWO}requests_per_minute = 100\nparallelism = 8\nreads_back = {hiding}\n"
        'timezone = "Europe/Paris"\n'
    )
    found = load_target(file, "us", None)

    assert ("us", "https://us.test", "Europe/Paris") == (found.name, found.url, found.zone.key)
    assert (100, 8, hiding) == (
        found.requests_per_minute,
        found.parallelism,
        sorted(found.reads_back),
    )
    assert None is found.sandbox_path


def test_what_is_left_out_has_a_default(file: Path) -> None:
    file.write_text('[targets.eu]\nurl = "https://EU.test:8443/gate/"\n')
    found = load_target(file, None, None)

    assert ("UTC", 600, 4, frozenset()) == (
        found.zone.key,
        found.requests_per_minute,
        found.parallelism,
        found.reads_back,
    )
    assert ("https://EU.test:8443/gate", "eu.test:8443/gate") == (found.url, found.host)


def test_a_sandbox_inside_the_process_has_a_file_and_no_limit(file: Path) -> None:
    file.write_text('[targets.local]\nurl = "sandbox:some/where.db"\n')
    found = load_target(file, None, None)

    assert ("some/where.db", None, "sandbox") == (
        found.sandbox_path,
        found.requests_per_minute,
        found.host,
    )
    assert ":memory:" == replace(TARGET, url="sandbox::memory:").sandbox_path


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (ONE, None, "eu"),
        (ONE, "eu", "eu"),
        ('default_target = "us"\n' + TWO, None, "us"),
        ('default_target = "us"\n' + TWO, "eu", "eu"),
    ],
    ids=["the only one", "by name", "the default", "by name over the default"],
)
def test_a_target_is_chosen_and_its_url_may_be_overridden(
    file: Path, text: str, name: str | None, expected: str
) -> None:
    file.write_text(text)
    chosen, moved = load_target(file, name, None), load_target(file, name, URL)

    assert (expected, f"https://{expected}.test") == (chosen.name, chosen.url)
    assert (expected, URL, chosen.zone) == (moved.name, moved.url, moved.zone)
    assert chosen.zone == zone_of(file, name)


@pytest.mark.parametrize("name", [None, "default"])
def test_a_url_alone_makes_a_target_named_default(file: Path, name: str | None) -> None:
    file.write_text("")
    for path in (None, file):
        found = load_target(path, name, URL)
        assert ("default", URL, "UTC", 600) == (
            found.name,
            found.url,
            found.zone.key,
            found.requests_per_minute,
        )


def test_without_a_target_both_ways_out_are_named() -> None:
    said = refused(None)

    assert "reconciler.toml" in said
    assert "RECONCILER_API_URL" in said


@pytest.mark.parametrize("url", [None, URL], ids=["without a URL", "with a URL"])
def test_a_target_that_is_not_there_is_refused_with_those_that_are(
    file: Path, url: str | None
) -> None:
    file.write_text(TWO)
    assert f"there is no target 'asia'; {file} has: eu, us" == refused(file, "asia", url)
    assert f"{file} has several targets: choose one with --target (eu, us)" == refused(
        file, None, url
    )
    file.write_text('default_target = "asia"\n' + ONE)
    assert f"there is no target 'asia'; {file} has: eu" == refused(file, None, url)
    assert "there is no target 'asia'; reconciler.toml has: none" == refused(None, "asia", url)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x =", "is not TOML: Invalid value (at end of document)"),
        ("a = 1\nb = \n", "(at line 2, column 5)"),
        ("retries = 3", f"retries: there is no such key: {TOP}"),
        (
            "[guardrail]\nmax_percent = 5",
            "guardrail: there is no such key: did you mean guardrails?",
        ),
        ("[Target.eu]", "Target: there is no such key: did you mean targets?"),
        ('[eu]\nurl = "https://eu.test"', "eu: did you mean [targets.eu]?"),
        (
            ONE + "retries = 3",
            (
                "targets.eu.retries: there is no such key: write one of url, timezone,"
                " requests_per_minute, parallelism, reads_back, guardrails"
            ),
        ),
        (ONE + 'URL = "x"', "targets.eu.URL: there is no such key: did you mean url?"),
        ('["a\\u001bb"]', f"a\\x1bb: there is no such key: {TOP}"),
        ("[targets.us]", f"targets.us.url: {NO_URL} below [targets.us]"),
        (
            ONE.replace("eu]", "eu-prod]") + "[targets.prod.guardrails]\nmax_percent = 5",
            (
                f"targets.prod.url: {NO_URL} below [targets.prod],"
                " or did you mean [targets.eu-prod]?"
            ),
        ),
        ("targets = 5", "targets: write a table, [targets.NAME]"),
        ("[targets]\neu = 5", "targets.eu: write a table, [targets.eu]"),
        (
            "default_target = 5",
            'default_target: write the name of a target, such as "prod", not 5',
        ),
        (
            ONE + "[targets.in]\nurl = ['https://user:word@eu.test']",
            'targets.in.url: write url = "https://HOST" (or "sandbox:FILE")',
        ),
        (
            ONE.replace('"Asia/Kolkata"', "5.5"),
            'targets.eu.timezone: write a zone such as "UTC" or "Asia/Kolkata", not 5.5',
        ),
        *(
            (
                f"{ONE}parallelism = {value}",
                f"targets.eu.parallelism: write a whole number from 1 to 8, not {value}",
            )
            for value in ("0", "9", "true", "2.5", '"4"')
        ),
        *(
            (
                f"{ONE}requests_per_minute = {value}",
                f"targets.eu.requests_per_minute: write a whole number from 1, not {value}",
            )
            for value in ("0", '"9"')
        ),
        (
            ONE + 'reads_back = "productInfo"',
            (
                'targets.eu.reads_back: write a list of fields, such as ["productInfo"],'
                ' not "productInfo"'
            ),
        ),
        (
            ONE + 'reads_back = ["productInfo", "productinfo"]',
            "targets.eu.reads_back[2]: there is no such field: did you mean productInfo?",
        ),
        (
            ONE + "reads_back = [5]",
            f"targets.eu.reads_back[1]: write one of {HIDING}, not 5",
        ),
        (ONE.replace("Asia/Kolkata", "Mars/Base"), "there is no timezone 'Mars/Base'" + LIKE),
        (ONE.replace("Asia/Kolkata", "../etc"), "there is no timezone '../etc'" + LIKE),
        (ONE.replace("Asia/Kolkata", "Asia"), "there is no timezone 'Asia'" + LIKE),
        (ONE.replace("Asia/Kolkata", ""), "there is no timezone ''" + LIKE),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    whole = refused(file)

    assert whole.endswith(said)
    assert not re.search("Input|Extra|Field required|user:word", whole)


def test_every_mistake_is_said_at_once(file: Path) -> None:
    file.write_text(ONE + "retries = 3\nparallelism = 0\n")
    said = refused(file)

    assert "retries" in said
    assert "parallelism" in said


def test_a_file_that_cannot_be_read_is_refused(file: Path) -> None:
    assert f"{file} cannot be read: No such file or directory" == refused(file)
    file.write_bytes(b"\xff\xfe")
    assert "is not TOML" in refused(file)


@pytest.mark.parametrize(
    "url",
    [
        "https://eu.api.test",
        "HTTPS://eu.api.test/gate",
        "https://eu.api.test:8443",
        "http://localhost:8484",
        "http://sandbox.localhost",
        "http://127.9.9.9",
        "http://[::1]:8484",
    ],
)
def test_a_url_that_keeps_credentials_safe_is_taken(url: str) -> None:
    assert url == load_target(None, None, url).url


@pytest.mark.parametrize(
    "url",
    [
        "eu.api.test",
        "ftp://eu.api.test",
        "https://",
        "https:eu.api.test",
        "https://eu.api.test:99999",
        "https://eu.api.test:port",
        "https://[::1",
        "https://a b",
        "https://eu.api.test\n",
        "https://eu..test",
        "https://" + "a" * 64,
        "https://é.test",
        "sandbox:",
        "x",
    ],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    assert "the target's URL must be https://HOST (or sandbox:FILE)" == refused(None, None, url)


@pytest.mark.parametrize(
    "url", ["https://user:open-sesame@eu.test", "http://open-sesame@eu.test", "https://:@eu.test"]
)
def test_a_url_with_credentials_is_refused_and_not_shown(url: str) -> None:
    said = refused(None, None, url)

    assert "the target's URL holds credentials" in said
    assert "open-sesame" not in said


@pytest.mark.parametrize("end", ["?a=open-sesame", "#open-sesame", "/x?y"])
def test_a_url_with_a_query_is_refused_and_not_shown(end: str) -> None:
    said = refused(None, None, f"https://eu.test{end}")

    assert "the target's URL must end with its host or path, without ? and #" == said


@pytest.mark.parametrize("host", ["eu.test", "10.0.0.1", "127.0.0.1.eu.test", "0.0.0.0", "[::2]"])  # noqa: S104 - nothing listens
def test_credentials_do_not_leave_this_machine_in_the_clear(host: str) -> None:
    said = refused(None, None, f"http://{host}")

    assert f"http://{host.strip('[]')} would send credentials in the clear: write https://" == said


def test_a_run_that_talks_to_nobody_has_a_zone_all_the_same(file: Path) -> None:
    assert "UTC" == zone_of(None, None).key
    file.write_text(TWO)
    assert ("UTC", "Asia/Kolkata", "UTC") == (
        zone_of(file, None).key,
        zone_of(file, "eu").key,
        zone_of(file, "asia").key,
    )


@pytest.mark.parametrize(
    ("kind", "name", "secret"), [("Basic", USER, WORD), ("OAuth", KEY, SECRET)]
)
def test_credentials_come_from_the_environment_and_never_show(
    kind: str, name: str, secret: str
) -> None:
    found = credentials({name: "user", secret: "open-sesame", "RECONCILER_OTHER": "x"})

    assert (kind, "user", "open-sesame") == (
        found.kind,
        found.name.get_secret_value(),
        found.secret.get_secret_value(),
    )
    assert "open-sesame" not in f"{found!r} {found} {found.secret}"
    assert "Basic" == sandbox_credentials().kind


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "no credentials: set"),
        ({USER: "", WORD: ""}, "no credentials: set"),
        ({USER: "user"}, f"no credentials ({WORD} is empty): set"),
        ({WORD: "open-sesame"}, f"no credentials ({USER} is empty): set"),
        ({SECRET: "open-sesame", KEY: ""}, f"no credentials ({KEY} is empty): set"),
        ({USER: "user", KEY: "key"}, f"no credentials ({SECRET}, {WORD} is empty): set"),
        (dict.fromkeys((USER, WORD, KEY, SECRET), "open-sesame"), "both ways to sign in are set"),
    ],
    ids=["none", "empty", "user", "password", "secret", "two halves", "both"],
)
def test_other_credentials_are_refused_by_the_names_of_the_variables(
    environment: dict[str, str], said: str
) -> None:
    with pytest.raises(SignInError) as caught:
        credentials(environment)

    message = str(caught.value)
    assert 4 == caught.value.exit_code
    assert message.startswith(said)
    assert message.endswith("nothing was sent")
    assert all(name in message for name in (USER, WORD, KEY, SECRET))
    assert "open-sesame" not in message


def test_one_whole_pair_counts_beside_a_half_one() -> None:
    assert "Basic" == credentials({USER: "user", WORD: "open-sesame", KEY: "key"}).kind
