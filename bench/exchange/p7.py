"""P7: search over 2,000 entries and 1.92 M names with 16 clients, and its answers against the LIKE oracle.

    .venv/bin/python bench/exchange/p7.py [NAMES [ENTRIES [SECONDS [PAUSE_MS]]]]

Measured at the query function in 16 processes, not over HTTP: two cores cannot render pages for 16 clients at
once, and the page is not what is asked here. ``lookup`` is the first twenty hits by the index alone, ``page``
what the page of results asks (counts by kind, order, snippets), ``catalogue`` the list of entries with a word.
The oracle is a substring search over the same normalised names: the sets of hits must be equal, and the page
must tell as many, or that there are more than it looks at.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

FOLDER = Path(os.environ.setdefault("ZJY_VAR", tempfile.mkdtemp(prefix="zjy-bench-search-")))
os.environ["DJANGO_SETTINGS_MODULE"] = "zhujianyun.config.settings.demo"
RESULTS = Path(__file__).parent / "results"
CLIENTS = 16
PORTION = 20_000
RIGHTS = ("resource.view", "subject.view")
ORACLE = 40  # questions of each length
CITIES = [
    "南宁",
    "柳州",
    "桂林",
    "梧州",
    "北海",
    "防城港",
    "钦州",
    "贵港",
    "玉林",
    "百色",
    "贺州",
    "河池",
    "来宾",
    "崇左",
    "广西",
    "武鸣",
    "横县",
    "宾阳",
    "全州",
    "平果",
]
TRADES = [
    "建设工程",
    "建筑安装",
    "市政园林",
    "房地产开发",
    "装饰设计",
    "工程监理",
    "造价咨询",
    "物业服务",
    "建材销售",
    "水利水电",
    "劳务分包",
    "检测技术",
]
ENDS = ["有限公司", "有限责任公司", "集团有限公司", "股份有限公司", "分公司", "工作室"]
SYLLABLES = (
    "安邦宝诚创达大德鼎东方丰富高冠广贵国海浩和恒宏鸿华汇惠吉佳嘉建江金锦京景巨军凯康科坤蓝立利联龙隆茂美民明铭南能宁鹏"
    "品普启千庆全荣瑞三森山尚胜盛时世顺硕泰腾天通同旺伟文西祥新鑫兴星旭亚阳耀业一亿易益银永优友宇裕元远月云泽展兆振正志智中众卓"
)
SURNAMES = "李王张刘陈杨黄赵周吴徐孙韦覃莫农梁卢蒙蓝"


def name_of(rng: Random) -> str:
    """A name as registers hold it: three firms to one person."""
    if rng.random() < 0.25:
        return rng.choice(SURNAMES) + "".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2))))
    brand = "".join(rng.choices(SYLLABLES, k=rng.choice((2, 2, 3))))
    return f"{rng.choice(CITIES)}{brand}{rng.choice(TRADES)}{rng.choice(ENDS)}"


def set_up() -> None:
    """Django on the folder of the benchmark."""
    import django

    django.setup()


def build(names: int, entries: int) -> float:
    """The index with so many names and entries, written as the platform writes it; seconds."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM search_searchentry")
        if cursor.fetchone()[0] == names + entries:
            return 0.0
    started = time.perf_counter()
    for portion in _portions(names, entries):
        _write(portion)
    return time.perf_counter() - started


def _portions(names: int, entries: int) -> Iterator[list[tuple[int, str, str]]]:
    rng, made = Random(7), []
    for n in range(1, names + entries + 1):
        kind = "subject" if n <= names else "catalogue_entry"
        title = (
            name_of(rng)
            if n <= names
            else f"{rng.choice(TRADES)}{rng.choice('信息名录目录统计')}{n - names:04d}"
        )
        made.append((n, kind, title))
        if len(made) == PORTION or n == names + entries:
            yield made
            made = []


def _write(portion: list[tuple[int, str, str]]) -> None:
    from django.db import connection, transaction

    from zhujianyun.base.search import normalise
    from zhujianyun.ui.search import words

    shown = [
        (n, kind, str(n), str(n), "", title, f"|{normalise(title)}", "", "/", 0) for n, kind, title in portion
    ]
    reach = {"subject": (("subject.view", None),), "catalogue_entry": (("resource.view", None),)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO search_searchentry(id, kind, ref, "group", number, title, heading, text, url, build)'
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            shown,
        )
        words.put([words.Indexed(n, (title,), (), reach[kind], kind) for n, kind, title in portion])


# --- questions ---


def questions(rng: Random, length: int) -> Iterator[str]:
    """Pieces of names, as people type them, of a length."""
    while True:
        name = name_of(rng)
        if len(name) >= length:
            place = rng.randrange(len(name) - length + 1)
            yield name[place : place + length]


def officer() -> object:
    """Somebody who may see everything."""
    from zhujianyun.kernel.access import SYSTEM

    return SYSTEM


def lookup(text: str) -> int:
    """The newest twenty hits by the index alone."""
    from django.db import connection

    from zhujianyun.ui.search import words

    match = words.expression(words.asked(text), words.actor_tokens(officer(), RIGHTS))
    table, where = words.matching()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT e.id, e.title FROM {table} WHERE {where} ORDER BY search_words.rowid DESC LIMIT 20",
            [match],
        )
        return len(cursor.fetchall())


def page(text: str) -> int:
    """What the page of results asks."""
    from zhujianyun.ui.search import queries

    return queries.find(officer(), text).total


def catalogue(text: str) -> int:
    """The list of entries with a word."""
    from zhujianyun.apps.data_catalogue.queries import searching
    from zhujianyun.kernel.resource.models import Resource

    return searching.found(Resource.objects.all(), text, officer()).count()


WAYS: dict[str, Callable[[str], int]] = {"lookup": lookup, "page": page, "catalogue": catalogue}


def client(given: tuple[str, int, float, float]) -> list[tuple[int, float]]:
    """One client: a question, a pause, the next; milliseconds by length of question."""
    from django.db import connections

    way, seed, seconds, pause = given
    connections.close_all()  # the parent's connection is not ours
    rng, ask = Random(seed), WAYS[way]
    asked = {length: questions(rng, length) for length in (1, 2, 3, 4)}
    ask(next(asked[2]))
    took, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        time.sleep(rng.uniform(0, 2 * pause))
        length = rng.choice((1, 2, 2, 3, 3, 4))
        text = next(asked[length])
        started = time.perf_counter()
        ask(text)
        took.append((length, 1000 * (time.perf_counter() - started)))
    return took


def measure(way: str, seconds: float, pause: float) -> dict[str, object]:
    """Sixteen clients for some seconds."""
    from django.db import connections

    connections.close_all()
    with multiprocessing.get_context("fork").Pool(CLIENTS) as pool:
        told = pool.map(client, [(way, seed, seconds, pause) for seed in range(CLIENTS)], chunksize=1)
    took = sorted(ms for one in told for _, ms in one)
    row: dict[str, object] = {"way": way, "asked": len(took), "p50": took[len(took) // 2]}
    row |= {"p99": took[len(took) * 99 // 100], "worst": took[-1]}
    for length in (1, 2, 3, 4):
        row[f"p50_{length}"] = statistics.median(
            [ms for one in told for size, ms in one if size == length] or [0.0]
        )
    return row


def wrong_answers() -> tuple[int, int]:
    """Questions of one, two and three characters whose hits are not those of the substring oracle."""
    from django.db import connection

    from zhujianyun.ui.search import queries, words

    rng, wrong, table = Random(11), 0, words.matching()
    tokens = words.actor_tokens(officer(), RIGHTS)
    for length in (1, 2, 3):
        asked = questions(rng, length)
        for text in (next(asked) for _ in range(ORACLE)):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT e.id FROM {table[0]} WHERE {table[1]}", [words.expression([text], tokens)]
                )
                found = {pk for (pk,) in cursor.fetchall()}
                cursor.execute("SELECT id FROM search_searchentry WHERE heading LIKE %s", [f"%{text}%"])
                told = queries.find(officer(), text).total
                wrong += found != {pk for (pk,) in cursor.fetchall()} or told != min(len(found), queries.MOST)
    return wrong, 3 * ORACLE


def main(names: int = 1_920_000, entries: int = 2_000, seconds: float = 10, pause_ms: float = 200) -> None:
    """Build, compare, measure, print; raw rows go to ``results/p7.csv``."""
    set_up()
    built = build(names, entries)
    wrong, asked = wrong_answers()
    print(
        f"{names:,} names + {entries:,} entries, built in {built:.0f} s, {CLIENTS} clients, pause {pause_ms:.0f} ms"
    )
    print(f"  oracle: {asked} questions of 1, 2 and 3 characters, {wrong} answered otherwise than LIKE")
    RESULTS.mkdir(exist_ok=True)
    for way in WAYS:
        row = measure(way, seconds, pause_ms / 1000)
        load = " ".join(f"{one:.1f}" for one in os.getloadavg())
        told = "  ".join(f"{name} {value:.1f}" for name, value in row.items() if isinstance(value, float))
        print(f"  {way:<10}{row['asked']:>6} asked  {told} ms  load {load}")
        with (RESULTS / "p7.csv").open("a", newline="") as file:
            figures = [round(value, 2) if isinstance(value, float) else value for value in row.values()]
            csv.writer(file).writerow([names, entries, *figures, wrong, load])


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
