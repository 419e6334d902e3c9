"""Export (导出): the sealed records as lines that `verify_offline.py` checks without us.

First line ``{"alg","format","log_id","size"}``, then per record ``{"leaf":hex,"row":{…}}``, the row being the
very bytes that were hashed.
"""

from __future__ import annotations

from pathlib import Path

import orjson

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.journal import rows
from zhujianyun.kernel.journal.canonical import row_bytes
from zhujianyun.kernel.journal.models import LogState
from zhujianyun.kernel.journal.rows import LEAF, PREV, SEQ

FORMAT = "zhujianyun-journal-1"


def export(path: str | Path) -> int:
    """Write all sealed records to a file; their number (导出留痕). The file appears when it is complete.

    Raises:
        NotFound: when nothing was ever sealed, or a seal has lost its entry.
    """
    state = LogState.objects.first()
    if state is None:
        raise NotFound("还没有封存过任何记录，没有可导出的内容。", rule="journal.export")
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    head = {"alg": state.alg, "format": FORMAT, "log_id": state.log_id, "size": state.size}
    with partial.open("wb") as file:
        file.write(orjson.dumps(head, option=orjson.OPT_SORT_KEYS) + b"\n")
        for chunk in rows.sealed(state.size):
            file.writelines(_line(row) for row in chunk)
    partial.replace(path)
    return state.size


def _line(row: tuple) -> bytes:
    if row[0] is None:
        raise NotFound(f"第 {row[SEQ] + 1} 条的记录缺失，请先核验留痕。", rule="journal.export", seq=row[SEQ])
    return b'{"leaf":"%s","row":%s}\n' % (row[LEAF].encode(), row_bytes(row[SEQ], row[PREV], row))
