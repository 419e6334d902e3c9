"""What can be done with subjects (主体办理): register, state, bind, merge, seal."""

from zhujianyun.kernel.subject.actions.merging import merge, seal, undo_merge
from zhujianyun.kernel.subject.actions.registering import Registration, register, register_many, state
from zhujianyun.kernel.subject.actions.ties import bind, unbind

__all__ = [
    "Registration",
    "bind",
    "merge",
    "register",
    "register_many",
    "seal",
    "state",
    "unbind",
    "undo_merge",
]
