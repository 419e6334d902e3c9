"""The catalogue as DCAT-AP 3 against the SHACL shapes of SEMIC (目录导出对照), all entries, not only open ones."""

from __future__ import annotations

import urllib.request
from pathlib import Path

from rdflib import DCAT, RDF, SH, Graph

from tests.conformance.verdicts import SHAPES, Verdict
from tests.house import House

SHOWN = 5
# The graph of every entry that was ever published, as the export would make it if all were open.
WHOLE = """
from zhujianyun.apps.data_catalogue.feeds import dcat
from zhujianyun.apps.data_catalogue.queries import opened
from zhujianyun.kernel.resource.models import Resource
rows = Resource.objects.filter(state="published").select_related("provider").order_by("code")
made = dcat.graph(opened.described(rows, public=False), "https://example.invalid/hall/data/", "资源目录", "自治区厅")
made.serialize(destination={path!r}, format="turtle", encoding="utf-8")
print(rows.count())
"""


def whole(house: House, folder: Path) -> tuple[Graph, int]:
    """The graph of the full catalogue and the number of its entries."""
    path = folder / "catalogue.ttl"
    count = int(house.script(WHOLE.format(path=str(path))).splitlines()[-1])
    return Graph().parse(path, format="turtle"), count


def served(base: str, name: str, kind: str) -> Graph:
    """The graph of open data as a running server gives it out."""
    with urllib.request.urlopen(f"{base}/hall/data/{name}", timeout=60) as answer:  # noqa: S310
        return Graph().parse(data=answer.read(), format=kind)


def faults_of(made: Graph) -> list[str]:
    """What the shapes do not like."""
    from pyshacl import validate

    conforms, report, _ = validate(made, shacl_graph=str(SHAPES))
    if conforms:
        return []
    assert isinstance(report, Graph)
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        where, path = report.value(result, SH.focusNode), report.value(result, SH.resultPath)
        found.append(f"{where} 的 {path}：{report.value(result, SH.resultMessage)}")
    return found[:SHOWN] or ["不符合，但没有说明"]


def run(house: House, folder: Path, base: str) -> Verdict:
    """Judge the full catalogue and both forms that are served (目录导出)."""
    if not SHAPES.is_file():
        return Verdict(
            "目录导出（DCAT-AP 3，pySHACL）", "", skipped=f"没有 {SHAPES}，请用 ZJY_SHARED 指出 shared 文件夹"
        )
    made, count = whole(house, folder)
    datasets = len(set(made.subjects(RDF.type, DCAT.Dataset)))
    faults = [] if datasets == count else [f"应有 {count} 个数据集，导出了 {datasets} 个"]
    faults += faults_of(made)
    forms = [served(base, "catalog.ttl", "turtle"), served(base, "catalog.jsonld", "json-ld")]
    faults += [fault for form in forms for fault in faults_of(form)]
    if set(forms[0].subjects(RDF.type, DCAT.Dataset)) != set(forms[1].subjects(RDF.type, DCAT.Dataset)):
        faults.append("Turtle 与 JSON-LD 导出的数据集不同")
    opened = len(set(forms[0].subjects(RDF.type, DCAT.Dataset)))
    looked = f"全部 {count} 项目录、{len(made):,} 条三元组，另有对外发布的 {opened} 项、两种格式"
    return Verdict("目录导出（DCAT-AP 3，pySHACL）", looked, faults)
