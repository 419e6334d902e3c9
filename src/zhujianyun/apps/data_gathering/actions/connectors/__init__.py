"""Connectors (接入方式): eight kinds of sources behind one contract.

``connect(kind, place, secret)`` gives one. Every connector only reads; where the source can, the count
and the rows come from one snapshot transaction. ``batches(columns, after)`` goes on behind a place
that an earlier reader stood at, and ``position`` says where this one stands.
"""

from zhujianyun.apps.data_gathering.actions.connectors.contract import Connector, Place, paced
from zhujianyun.apps.data_gathering.actions.connectors.register import connect

__all__ = ["Connector", "Place", "connect", "paced"]
