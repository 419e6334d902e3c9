"""Rules of the gateway (共享接口规则): addresses, policy, decisions, quota, masks, cursors, hashes, records.

They ask no clock, no table and no socket: both planes, the pages and the tests call the same functions.
"""
