"""The engine (办件引擎): guard, change, record, tell — the same whether one act is done or two thousand.

``open_`` and ``act`` decide in memory on a `Folder` and leave their rows with a `Unit`, which writes
them in one transaction: at once, or at the flush of a ``batch``.
"""
