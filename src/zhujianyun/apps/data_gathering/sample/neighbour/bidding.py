"""The bidding system (招标投标系统接口): the one simulated system that is fetched page by page.

``GET /bidding/{table}?page=&page_size=`` or ``?cursor=`` with the header ``X-Token``; a table of
projects answers by cursor, the others by page number. Reads its own database, read-only.
"""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import parse_qs, urlsplit

from zhujianyun.apps.data_gathering.sample import stores
from zhujianyun.apps.data_gathering.sample.neighbour.serving import Handler

MOST = 1000


class Bidding(Handler):
    """The interface (招标接口)."""

    def do_GET(self) -> None:  # noqa: N802 - the name that the base class calls
        if self.headers.get("X-Token") != stores.TOKEN:
            self.say(401, {"code": 401, "message": "令牌无效"})
            return
        at = urlsplit(self.path)
        table = at.path.removeprefix("/bidding/")
        asked = {name: values[-1] for name, values in parse_qs(at.query).items()}
        try:
            self.say(200, {"code": 0, "data": page(table, asked)})
        except (LookupError, ValueError, sqlite3.Error):
            self.say(404, {"code": 404, "message": "没有这个接口，或参数不对"})


def page(table: str, asked: dict[str, str]) -> dict[str, Any]:
    """One page of a table (一页): rows in the order in which they were entered.

    Raises:
        LookupError: for an unknown table.
    """
    size = min(int(asked.get("page_size", "200")), MOST)
    with sqlite3.connect(f"file:{stores.folder() / 'bidding.sqlite3'}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        if table not in {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}:
            raise LookupError(table)
        total = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - one of its tables
        after = int(asked.get("cursor", 0)) if "page" not in asked else 0
        skip = (int(asked["page"]) - 1) * size if "page" in asked else 0
        rows = db.execute(
            f"SELECT rowid AS at, * FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT ? OFFSET ?",  # noqa: S608
            (after, size, skip),
        ).fetchall()
    db.close()
    told = [{name: row[name] for name in row.keys() if name != "at"} for row in rows]  # noqa: SIM118 - of a sqlite3.Row
    more = len(rows) == size
    return {"rows": told, "total": total, "next": str(rows[-1]["at"]) if more else None}
