"""The table interface (库表接口): Starlette on Granian over read-only snapshots."""
