"""Rules of gathering (归集规则): types, checks, canonical bytes, buckets, drift. They ask no clock and no table."""
