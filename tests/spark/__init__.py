"""The same numbers on Spark (与 Spark 对照): `make test-spark`."""
