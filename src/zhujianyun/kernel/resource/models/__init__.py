"""What is remembered of resources (资源): entries and editions, data sets and snapshots, mounts, grants, corrections."""

from zhujianyun.kernel.resource.models.entry import Edition, Resource
from zhujianyun.kernel.resource.models.grant import Grant
from zhujianyun.kernel.resource.models.holding import Dataset, Snapshot
from zhujianyun.kernel.resource.models.mount import Mount
from zhujianyun.kernel.resource.models.override import Override

__all__ = ["Dataset", "Edition", "Grant", "Mount", "Override", "Resource", "Snapshot"]
