"""What the sandbox's tests share: a signed-in client of a sandbox, and the published bodies."""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from reconciler.sandbox import Behaviour, Store, transport

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLISHED = Path(__file__).parent / "cases" / "published"
SERIES = "/v2/coupon/series"
TOKEN = "/v3/oauth/token/generate"


def published(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PUBLISHED / f"{name}.json").read_text())
    return body


def basic(user: str = "till.1", password: str | None = None) -> dict[str, str]:
    shown = hashlib.md5(b"a password").hexdigest() if password is None else password  # noqa: S324 - the API's own scheme
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{shown}".encode()).decode()}


MINIMAL = published("create-minimal-request")["CouponSeriesV2"]
FULL = published("create-full-request")["CouponSeriesV2"]


@dataclass(frozen=True)
class Api:
    http: httpx.Client
    store: Store

    def post(self, **fields: object) -> httpx.Response:
        return self.http.post(SERIES, json={"CouponSeriesV2": fields})

    def put(self, series_id: object, **fields: object) -> httpx.Response:
        return self.http.put(f"{SERIES}/{series_id}", json={"CouponSeriesV2": fields})

    def create(self, **fields: object) -> dict[str, Any]:
        return accepted(self.post(**{**MINIMAL, **fields}))

    def update(self, series_id: int, **fields: object) -> dict[str, Any]:
        return accepted(self.put(series_id, **{**MINIMAL, "seriesCode": "CODE", **fields}))

    def get(self, **query: str | int | list[int]) -> httpx.Response:
        return self.http.get(SERIES, params=query)

    def read(self, **query: str | int | list[int]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = accepted(self.get(**query))["entity"]
        return rows

    def read_one(self, series_id: int) -> dict[str, Any]:
        (row,) = self.read(ids=series_id)
        return row


@contextmanager
def sandbox(behaviour: Behaviour | None = None, path: str | Path = ":memory:") -> Iterator[Api]:
    with (
        Store(path, behaviour or Behaviour()) as store,
        httpx.Client(
            transport=transport(store), base_url="http://sandbox.test", headers=basic()
        ) as http,
    ):
        yield Api(http, store)


def accepted(response: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (200, None) == (response.status_code, body.get("errors")), response.text
    return body


def refusal(response: httpx.Response) -> tuple[int, int]:
    """The HTTP status and the code of an error body, whose form is checked."""
    body = response.json()
    (error,) = body["errors"]
    expected = {"status": False, "code": error["code"], "message": str(error["message"])}
    assert ({"errors": [expected], "warnings": []}, True) == (body, error["message"] != "")
    return response.status_code, error["code"]
