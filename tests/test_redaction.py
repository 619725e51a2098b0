"""No credential comes to light, whatever a server does with what it was sent."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from conftest import MINIMAL
from wire import MD5, listening

from reconciler.redaction import Redactor

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from conftest import Cli, Ran, Write

    Reply = Callable[[str], bytes]

PASSWORD, KEY, SECRET, TOKEN = "open-sesame", "a-known-key", "a-hidden-word", "token-of-trust"
BASIC = "dXNlcjo0MzY5NTRkN2FhZDNlOWQ0ZTZjMGQ5ZDUyNTMxOGIxNw"  # user:MD5, without its padding
EVERY = (PASSWORD, MD5, BASIC, KEY, SECRET, TOKEN)
ECHO = " ".join(EVERY)


def knowing(*secrets: str) -> Redactor:
    found = Redactor()
    found.add(*secrets)
    return found


def test_credentials_are_replaced_wherever_they_stand() -> None:
    assert "a *** b***c" == knowing("one", "four").hide("a one bfourc")


def test_the_longer_of_two_that_overlap_goes_first() -> None:
    assert "*** ***" == knowing("word", "word-and-more").hide("word-and-more word")


def test_nothing_is_hidden_before_anything_is_known() -> None:
    assert "as it is" == Redactor().hide("as it is") == knowing("", "").hide("as it is")


def test_a_short_secret_is_hidden_only_in_what_the_api_says() -> None:
    known = knowing("abc", "abcd")

    assert ("***x", "*** abx") == (known.hide("abcx"), known.hide("abcd abx"))
    assert ("abc", "***") == (known.output("abc"), known.output("abcd"))


@pytest.mark.parametrize("secret", ['qu"ote', "back\\slash", "zwölf", "a/b c?", "tab\tline\n"])
def test_a_secret_is_known_inside_of_json_and_of_a_url(secret: str) -> None:
    from urllib.parse import quote, quote_plus

    known = knowing(secret)
    in_json = (json.dumps(secret), json.dumps(secret, ensure_ascii=False))
    for spelled in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret), *in_json):
        assert "***" in known.hide(f"<{spelled}>")
        assert "***" == known.hide(spelled.strip('"'))


def test_a_document_keeps_its_shape() -> None:
    document = {
        "word": ["say word", 5, 5.5, None, True, {"word": "x", "y": "word"}],
        "empty": [{}, [], ""],
    }
    expected = {
        "word": ["say ***", 5, 5.5, None, True, {"word": "x", "y": "***"}],
        "empty": [{}, [], ""],
    }

    assert expected == knowing("word").document(document)


def test_many_threads_may_learn_at_once() -> None:
    known = Redactor()
    threads = [threading.Thread(target=known.add, args=(f"secret-{n:03}",)) for n in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert "***" * 100 == known.hide("".join(f"secret-{n:03}" for n in range(100)))


# The command line against a server that shows all that it was sent.


def http(status: str, body: str, **headers: str) -> bytes:
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    raw = body.encode()
    fixed = f"Content-Length: {len(raw)}\r\nConnection: close\r\n"
    return f"HTTP/1.1 {status}\r\n{fixed}{named}\r\n".encode() + raw


def error(message: str, code: int = 729) -> str:
    return json.dumps({"errors": [{"status": False, "code": code, "message": message}]})


def live(**fields: object) -> dict[str, Any]:
    row = {"id": 5, "seriesCode": "APRIL100", "description": ECHO, "validTillDate": ECHO}
    return {**row, "customPropertyMap": {"x": ECHO}, "newKey": ECHO, **fields}


def shows_rows(request: str) -> bytes:
    if request.startswith("GET"):
        if "offset=1" in request:
            return http("200 OK", '{"entity": []}')
        return http("200 OK", json.dumps({"entity": [live()]}), X_Cap_Requestid=ECHO)
    return http("400 Bad", error(f"sent {request}"), X_Cap_Requestid=ECHO)


def shows_nothing_and_takes_nothing(request: str) -> bytes:
    """An org without a series: a create is sent, and refused."""
    if request.startswith("GET /v1.1"):
        series: dict[str, object] = {"items": {"item": []}}
        return http("200 OK", json.dumps({"response": {"series": series, "echo": ECHO}}))
    if request.startswith("GET"):
        return http("200 OK", json.dumps({"entity": [], "warnings": [ECHO]}))
    return http("400 Bad", error(f"{ECHO} {request}"), X_Cap_Requestid=ECHO)


# The secrets come back in the error, a header, the reason, a redirect, and what is no HTTP.
REPLIES: dict[str, Reply] = {
    "error": lambda request: http("400 Bad", error(ECHO + request)),
    "error with 200": lambda request: http("200 OK", error(ECHO + request)),
    "request id": lambda _request: http("400 Bad", error("no"), X_Cap_Requestid=ECHO),
    "plain text": lambda request: http("403 Forbidden", ECHO + request),
    "gateway": lambda request: http("403 Forbidden", json.dumps({"message": ECHO + request})),
    "reason": lambda _request: http(f"403 {ECHO}", ""),
    "refused sign-in": lambda request: http("401 No", error(ECHO + request)),
    "redirect": lambda _request: http("302 Go", ECHO, Location=f"https://x.test/?t={TOKEN}"),
    "no rows": lambda request: http("200 OK", json.dumps({"found": ECHO + request})),
    "strange row": lambda _request: http("200 OK", json.dumps({"entity": [{"id": ECHO}]})),
    "rows": shows_rows,
    "no series": shows_nothing_and_takes_nothing,
}


def against(cli: Cli, monkeypatch: pytest.MonkeyPatch, reply: Reply, *line: str, way: str) -> Ran:
    """Run a command against a server on a socket, signed in either way."""
    pair = {
        "Basic": {"USERNAME": "user", "PASSWORD": PASSWORD},
        "OAuth": {"CLIENT_KEY": KEY, "CLIENT_SECRET": SECRET},
    }
    heard: list[str] = []

    def talk(opened: socket.socket) -> None:
        request = _whole_request(opened)
        heard.append(request)
        if "/oauth/" in request and reply is not REPLIES["refused sign-in"]:
            data = {"accessToken": TOKEN, "ttlSeconds": 300, "echo": ECHO}
            opened.sendall(http("200 OK", json.dumps({"data": data}), X_Cap_Requestid=ECHO))
        else:
            opened.sendall(reply(request))

    with listening(talk) as port:
        monkeypatch.setenv("RECONCILER_API_URL", f"http://127.0.0.1:{port}")
        for name, value in pair[way].items():
            monkeypatch.setenv(f"RECONCILER_{name}", value)
        ran = cli("-vv", *line)
    sent = {"Basic": BASIC, "OAuth": SECRET}[way]
    assert any(sent in request for request in heard)
    return ran


def _whole_request(opened: socket.socket) -> str:
    read = b""
    while b"\r\n\r\n" not in read:
        read += opened.recv(65536)
    head, _, body = read.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    while length and len(body) < int(length[1]):
        body += opened.recv(65536)
    return (head + b"\n" + body).decode()


def found_in(way: str, reply: Reply, ran: Ran, *files: Path) -> list[str]:
    """The credentials of a run that came to light."""
    known = {"Basic": (PASSWORD, MD5, BASIC), "OAuth": (KEY, SECRET, TOKEN)}[way]
    said = ran.out + ran.err + "".join(file.read_text() for file in files if file.exists())
    given = reply is not REPLIES["refused sign-in"]
    return [secret for secret in known if secret in said and (given or secret != TOKEN)]


ways = pytest.mark.parametrize("way", ["Basic", "OAuth"])


@ways
@pytest.mark.parametrize("shape", ["text", "json"])
@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_plan_shows_no_credential(
    cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch, reply: Reply, shape: str, way: str
) -> None:
    write(MINIMAL)
    plan = Path("plan.json")
    line = ("plan", "--format", shape, "--out", str(plan))
    ran = against(cli, monkeypatch, reply, *line, way=way)

    assert [] == found_in(way, reply, ran, plan)
    refuses = reply not in {shows_rows, shows_nothing_and_takes_nothing}
    assert refuses is (ran.code == 4)
    if shape == "json":
        json.loads(ran.out)


@ways
@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_an_apply_and_its_report_show_no_credential(
    cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch, reply: Reply, way: str
) -> None:
    write(MINIMAL)
    report = Path("report.json")
    line = ("apply", "--yes", "--report", str(report))
    ran = against(cli, monkeypatch, reply, *line, way=way)

    assert [] == found_in(way, reply, ran, report)
    found = json.loads(report.read_text())
    assert "reconciler/apply/1" == found["format"]
    assert (reply is shows_nothing_and_takes_nothing) is (found["requests"]["write"] == 1)


@ways
def test_the_traceback_of_a_bug_shows_no_credential(
    cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    write(MINIMAL)
    send = httpx.HTTPTransport.handle_request

    def mistaken(wire: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        answer = send(wire, request)
        if "/oauth/" not in request.url.path:
            raise ZeroDivisionError(ECHO)
        return answer

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", mistaken)
    for shape in ("text", "json"):
        ran = against(cli, monkeypatch, shows_rows, "plan", "--format", shape, way=way)

        assert (1, []) == (ran.code, found_in(way, shows_rows, ran))
        assert "ZeroDivisionError: " in ran.err


@pytest.mark.parametrize("spelled", [MD5, MD5.upper()])
def test_a_digest_is_known_in_either_case(spelled: str) -> None:
    assert "a *** b" == knowing(MD5).hide(f"a {spelled} b")


def test_only_a_digest_is_known_in_either_case() -> None:
    assert "OPEN-SESAME" == knowing(PASSWORD).hide("OPEN-SESAME")


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ([{"a": ["x", {"b": "say word"}]}], True),
        ({"customPropertyMap.word": 5}, True),
        ({"a": ["wor", 5, None, True, {}, []]}, False),
    ],
    ids=["in a text", "in a key", "nowhere"],
)
def test_a_credential_is_found_in_a_document(document: object, found: bool) -> None:
    assert found is knowing("word").stands_in(document)


def test_a_plan_whose_text_holds_a_credential_is_not_saved(
    cli: Cli, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(MINIMAL.replace("April 100", f"April {PASSWORD}"))
    line = ("plan", "--out", "plan.json")
    ran = against(cli, monkeypatch, shows_nothing_and_takes_nothing, *line, way="Basic")

    assert (64, False) == (ran.code, Path("plan.json").exists())
    assert "plan.json is not written: a credential stands in the text of a series" in ran.err
    assert PASSWORD not in ran.out + ran.err
