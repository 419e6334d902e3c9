"""What 资源目录 counts (资源目录指标): entries, mounts, rows, stale entries, regulations. The docstrings are public.

The catalogue is the department's own, so none of it has a city.
"""

from __future__ import annotations

from zhujianyun.apps.data_catalogue.models import RegulationIssued
from zhujianyun.apps.data_catalogue.queries import figures
from zhujianyun.kernel.indicator import FLOW, STOCK, Records, indicator

STEWARD = "信息中心"
REGION_ONLY: tuple[str, ...] = ()
ENTRY_VERBS = ("resource.publish", "resource.withdraw")
MOUNT_VERBS = ("resource.mount", "resource.unmount", "resource.withdraw")


@indicator("data_catalogue.catalogues", zh="公共数据资源目录", unit="项", kind=STOCK, verbs=ENTRY_VERBS,
           steward=STEWARD, release=True, dims=REGION_ONLY,
           columns=("code", "title", "provider__name", "get_share_display", "published_on"))  # fmt: skip
def catalogues() -> Records:
    """Entries of the catalogue that are published (公共数据资源目录).

    期末已发布、未撤销的资源目录，每个目录计一次，与版本数无关；撤销当日起不再计。
    """
    return Records(
        figures.entries_ever(),
        from_field="published_on", to_field="withdrawn_on", city="", office="provider_id",
    )  # fmt: skip


@indicator("data_catalogue.mounted_resources", zh="挂载资源目录", unit="项", kind=STOCK, verbs=MOUNT_VERBS,
           steward=STEWARD, release=True, dims=REGION_ONLY,
           columns=("code", "title", "get_kind_display", "resource__title", "resource__provider__name"))  # fmt: skip
def mounted_resources() -> Records:
    """Tables, files and interfaces mounted on published entries (挂载资源目录).

    期末处于“已挂载”状态的库表、文件和接口。一个目录可以挂载多个资源，因此可以多于目录数；
    卸载或目录撤销当日起不再计。
    """
    return Records(
        figures.mounts_ever(), from_field="on", to_field="off", city="", office="resource__provider_id"
    )


@indicator("data_catalogue.rows", zh="数据库数据总量", unit="条", kind=STOCK, steward=STEWARD, release=True,
           verbs=("resource.dataset.land", *MOUNT_VERBS), qualifier="at_least", dims=REGION_ONLY,
           columns=("dataset__code", "dataset__title", "rows", "taken_at"))  # fmt: skip
def rows() -> Records:
    """Rows of the last complete snapshot of every mounted table (数据库数据总量).

    期末已挂载的库表，取每张表最近一次完整归集的行数之和；同一张表被多个目录挂载只计一次。
    尚未归集的表、文件和接口不计。
    """
    return Records(
        figures.snapshots_in_service(),
        from_field="on", to_field="off", measure="rows", city="", office="dataset__system__owner_id",
    )  # fmt: skip


@indicator("data_catalogue.stale", zh="超期未更新目录", unit="项", kind=STOCK, steward=STEWARD,
           verbs=("data_catalogue.findings",), dims=REGION_ONLY, direction="down")  # fmt: skip
def stale() -> Records:
    """Entries whose data are older than the promised cycle (超期未更新目录).

    期末距最近一次完整归集已超过所承诺更新周期的目录。注意：豁免只是暂不催办，仍计在内。
    """
    return Records(
        figures.stale_findings(),
        from_field="first_seen_on", to_field="closed_on", city="", office="resource__provider_id",
    )  # fmt: skip


@indicator("data_catalogue.regulations_issued", zh="制定管理办法", unit="项", kind=FLOW, steward=STEWARD,
           verbs=("data_catalogue.regulation",), release=True, dims=REGION_ONLY)  # fmt: skip
def regulations_issued() -> Records:
    """Regulations about data that were issued in the period (制定管理办法).

    期内印发的数据资源管理办法，按印发日期计入，每件计一次。
    """
    return Records(RegulationIssued.objects.all(), day="issued_on", city="", office="issuer_id")
