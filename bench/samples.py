"""Series to measure with: files as people write them, and the same series as the API holds them."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import yaml

from reconciler.sandbox import Store

if TYPE_CHECKING:
    from pathlib import Path

# 25 lines. It names no field that the API's lists leave out: such series are read once more by id.
_FILE = """\
# Offer {number} of the spring, agreed with the stores
seriesCode: SPRING{number:05}
description: "{percent}% off in spring, offer {number}"
discountCode: SPRING{number:05}
discountType: PERC
discountValue: {percent}
discountUpto: 750
validTillDate: 2035-05-31
redemptionValidFrom: 2035-03-01
expiryStrategyType: DAYS
expiryStrategyValue: 30
clientHandlingType: DISC_CODE
anyUser: false
maxCreate: {most}
maxRedeem: {most}
maxVouchersPerUser: 1
minDaysBetweenVouchers: 30
minBillAmount: 1500
maxBillAmount: 50000
redemptionRange:
  dow: [1, 2, 3, 4, 5]   # working days
  hours: [11, 12, 13, 14]
mutualExclusiveSeriesIds: [10, 11]
smsTemplate: "Hello {{{{first_name}}}}, {{{{voucher}}}} takes {percent}% off to {{{{valid_till}}}}."
termsAndConditions: One code for each bill. Not valid on gift cards.
"""


def write_files(folder: Path, count: int) -> Path:
    """Write that many valid files, each with a code of its own, and give their new folder."""
    folder.mkdir()
    for number in range(count):
        (folder / f"spring-{number:05}.yaml").write_text(_text(number), encoding="utf-8")
    return folder


def fill_sandbox(database: Path, count: int) -> None:
    """Make the series of as many files live, every field at the value that its file names."""
    with Store(database) as store:
        for number in range(count):
            fields = yaml.load(_text(number), Loader=yaml.CSafeLoader)
            store.ui_create(**{name: _wire(value) for name, value in fields.items()})


def _text(number: int) -> str:
    return _FILE.format(number=number, percent=5 + number % 25, most=1_000 + number)


def _wire(value: object) -> object:
    """A file's value in the API's own form."""
    if isinstance(value, dt.date):
        return f"{value}T00:00:00Z"
    return json.dumps(value) if isinstance(value, dict | list) else value
