"""Codes of firms, people and projects by the thousand (成批编码): valid in form, of nobody in particular.

A code says the number of its bearer, so an interface that is asked by code knows who is meant.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from zhujianyun.apps.data_gathering.sample.draws import Numbers, Shuffle
from zhujianyun.base.codes import divisions
from zhujianyun.base.codes.uscc import ALPHABET

ON = date(2020, 6, 30)
COUNTIES = np.array([int(row.code) for row in divisions.counties(day=ON)])
CITIES = np.array([int(row.code) for row in divisions.cities(day=ON)])
BORN_FIRST, BORN_DAYS, SERIALS = np.datetime64("1955-01-01"), 16425, 900
_PEOPLE = Shuffle(len(COUNTIES) * BORN_DAYS * SERIALS, 20_200_131)
_FIRMS = Shuffle(31**6, 887_000)
_PROJECTS = Shuffle(10**6, 450_000)
_SIGNS = np.frombuffer(ALPHABET.encode(), np.uint8)
_VALUES = np.zeros(256, np.int64)
_VALUES[_SIGNS] = np.arange(31)
_BASE36 = np.zeros(256, np.int64)
for _place, _sign in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
    _BASE36[_sign] = _place
_ID_WEIGHTS = np.array([pow(2, 17 - place, 11) for place in range(17)])
_ID_CHECK = np.frombuffer(b"10X98765432", np.uint8)
_USCC_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
_INNER_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_INNER_CHECK = np.frombuffer(b"0123456789X0", np.uint8)


def text_of(signs: np.ndarray) -> pa.Array:
    """Rows of ASCII signs, all of one width, as text (定长文本)."""
    count, width = signs.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(signs, np.uint8))
    )


def digits(numbers: Numbers, width: int) -> np.ndarray:
    """Numbers as rows of decimal digits with leading noughts (定长数字)."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (numbers.astype(np.int64)[:, None] // powers % 10 + 48).astype(np.uint8)


def city_of_firm(firms: Numbers) -> Numbers:
    """The city in which each firm is registered (企业所在市)."""
    return CITIES[firms % len(CITIES)]


def citizen_ids(people: Numbers) -> pa.Array:
    """The identity numbers of people by their number (公民身份号码)."""
    place = _PEOPLE.scatter(people)
    born = BORN_FIRST + (place // SERIALS % BORN_DAYS).astype("timedelta64[D]")
    days = born.astype("datetime64[D]").astype(str)
    ymd = np.frombuffer("".join(days.tolist()).encode(), np.uint8).reshape(-1, 10)
    signs = np.empty((len(people), 18), np.uint8)
    signs[:, :6] = digits(COUNTIES[place // (SERIALS * BORN_DAYS)], 6)
    signs[:, 6:14] = ymd[:, [0, 1, 2, 3, 5, 6, 8, 9]]
    signs[:, 14:17] = digits(place % SERIALS + 1, 3)
    signs[:, 17] = _ID_CHECK[(signs[:, :17].astype(np.int64) - 48) @ _ID_WEIGHTS % 11]
    return text_of(signs)


def usccs(firms: Numbers) -> pa.Array:
    """The social credit codes of firms by their number (统一社会信用代码)."""
    place = _FIRMS.scatter(firms)
    signs = np.empty((len(firms), 18), np.uint8)
    signs[:, :2] = np.frombuffer(b"91", np.uint8)
    signs[:, 2:8] = digits(city_of_firm(firms), 6)
    signs[:, 8:10] = np.frombuffer(b"MA", np.uint8)
    signs[:, 10:16] = _SIGNS[place[:, None] // 31 ** np.arange(5, -1, -1) % 31]
    signs[:, 16] = _INNER_CHECK[11 - _BASE36[signs[:, 8:16]] @ _INNER_WEIGHTS % 11]
    signs[:, 17] = _SIGNS[-(_VALUES[signs[:, :17]] @ _USCC_WEIGHTS) % 31]
    return text_of(signs)


def project_codes(projects: Numbers) -> pa.Array:
    """Investment project codes in the form of before November 2020, by the project's number (投资项目代码)."""
    head = np.concatenate(
        [digits(2015 + projects % 6, 4), digits(COUNTIES[projects % len(COUNTIES)], 6)], axis=1
    )
    tail = digits(_PROJECTS.scatter(projects), 6)
    dash = np.full((len(projects), 1), 45, np.uint8)
    kind = np.broadcast_to(np.frombuffer(b"-04-01-", np.uint8), (len(projects), 7))
    return text_of(np.concatenate([head[:, :4], dash, head[:, 4:], kind, tail], axis=1))


def person_of(number: str) -> int:
    """The number of the person who bears an identity number that passed its check (反查人员)."""
    county = int(np.searchsorted(COUNTIES, int(number[:6])))
    day = np.datetime64(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    born = int((day - BORN_FIRST).astype(int))
    return _PEOPLE.gather(((county * BORN_DAYS + born) * SERIALS + int(number[14:17]) - 1) % _PEOPLE.size)


def firm_of(code: str) -> int:
    """The number of the firm that bears a code that passed its check (反查企业)."""
    place = 0
    for sign in code[10:16]:
        place = place * 31 + ALPHABET.index(sign)
    return _FIRMS.gather(place)
