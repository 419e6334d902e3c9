"""What flows where (血缘查询): read from the declarations that do the work, never written down apart.

Origin → column: the connector's mapping (`Dataset.columns`). Column → item: the binding of the mounts.
Column → attribute of a subject: the declared mapping. Column → figure: the Ibis expression, by the SQL
that it emits. A column that is not named by any of these feeds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from zhujianyun.apps.data_gathering.models import Source
from zhujianyun.apps.data_gathering.queries import VIEW
from zhujianyun.apps.data_gathering.rules import lineage
from zhujianyun.apps.data_gathering.rules.lineage import Graph, Node
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import ALL, Actor
from zhujianyun.kernel.indicator import registry
from zhujianyun.kernel.indicator.lake_sql import sql_of
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.resource import columns
from zhujianyun.kernel.resource.models import Dataset, Mount, Resource

BY_VALUE, BY_ROW, BY_BINDING, BY_MAPPING, BY_COMPARISON, BY_PART, AS_IS = (
    "参与计算", "按行计数", "挂载绑定", "主体映射", "来源比对", "构成", "归集",
)  # fmt: skip
KIND_OF_SUBJECT = {"enterprise": "企业", "person": "人员", "project": "项目"}


def datasets(by: Actor) -> dict[str, Dataset]:
    """The data sets whose columns an actor may know of (可见数据集)."""
    offices = access.offices_for(by, VIEW)
    rows = Dataset.objects.select_related("system__owner", "source")
    rows = rows if offices is ALL else rows.filter(system__owner__in=offices)
    return {dataset.code: dataset for dataset in rows}


def graph(by: Actor, only: Iterable[str] | None = None) -> Graph:
    """Everything that flows through the data sets an actor may see, or through some of them (血缘图)."""
    known = datasets(by)
    wanted = set(known) if only is None else set(only) & set(known)
    made = Graph()
    titles = {code: columns.known(known[code]) for code in wanted} if only is not None else {}
    for code in sorted(wanted):
        _origins(made, known[code], titles.get(code))
        _subjects(made, known[code], titles.get(code))
    _items(made, [known[code] for code in wanted], titles)
    _figures(made, known, wanted, titles)
    return made


def of_column(by: Actor, code: str, name: str) -> tuple[Graph, Node]:
    """What a column is made of and what lives on it (列的血缘).

    Raises:
        NotFound: for a data set the actor may not see, or a column it does not have.
    """
    whole = graph(by, [code])
    return _focused(whole, "column", f"{code}.{name}")


def of_item(by: Actor, resource: str, item: str) -> tuple[Graph, Node]:
    """Where an item comes from, and the figures on the same columns (信息项的血缘).

    Raises:
        NotFound: for an item that no visible table feeds.
    """
    mounted = Mount.objects.filter(resource__code=resource, state=Mount.State.MOUNTED).exclude(dataset=None)
    return _focused(graph(by, mounted.values_list("dataset__code", flat=True)), "item", f"{resource}/{item}")


def of_figure(by: Actor, code: str) -> tuple[Graph, Node]:
    """Down to which source columns a figure goes (指标的血缘).

    Raises:
        NotFound: for an unknown figure, or one that is not counted from gathered data.
    """
    definition = registry.get(code)
    parts = [registry.get(part) for part in registry.parts(definition)]
    named = {name for one in (definition, *parts) for name in registry.datasets_of(one)}
    return _focused(graph(by, named), "figure", code)


def of_dataset(by: Actor, code: str) -> tuple[Graph, list[Node]]:
    """All columns of a data set (数据集的血缘).

    Raises:
        NotFound: for a data set the actor may not see.
    """
    whole = graph(by, [code])
    nodes = [node for node in whole.nodes if node.kind == "column" and node.key.startswith(f"{code}.")]
    if not nodes:
        raise NotFound("没有这个数据集，或您无权查看。", rule="gathering.lineage")
    return whole, nodes


def figures_on(by: Actor) -> list[Definition]:
    """The figures that are counted from gathered data (归集指标)."""
    known = datasets(by)
    return [d for d in registry.all_() if set(registry.datasets_of(d)) & set(known)]


def touched_columns(definition: Definition, known: Mapping[str, Dataset]) -> set[tuple[str, str]]:
    """The columns that decide the value of a figure (指标用到的列); those of missing data sets are left out."""
    found: set[tuple[str, str]] = set()
    for one in registry.gathered_of(definition):
        if all(code in known for code in one.codes):
            declared = {code: known[code].columns for code in one.codes}
            names = tuple((code, tuple(c["name"] for c in declared[code])) for code in one.codes)
            found |= _touched(sql_of(one, declared), names)
    return found


@lru_cache(maxsize=512)
def _touched(sql: str, names: tuple[tuple[str, tuple[str, ...]], ...]) -> frozenset[tuple[str, str]]:
    return frozenset(lineage.touched(sql, dict(names)))


def _focused(whole: Graph, kind: str, key: str) -> tuple[Graph, Node]:
    node = whole.find(kind, key)
    if node is None:
        raise NotFound("没有找到它的血缘：它不来自归集的数据，或您无权查看。", rule="gathering.lineage")
    return whole.around([node]), node


def _column(dataset: Dataset, name: str, titles: columns.Known | None = None) -> Node:
    zh = titles.title(name) if titles else name
    return Node("column", f"{dataset.code}.{name}", zh if zh != name else "", dataset.title)


def _origins(made: Graph, dataset: Dataset, titles: columns.Known | None) -> None:
    for column in dataset.columns:
        origin = column.get("origin") or column["name"]
        source = Node("origin", f"{dataset.system.code}.{dataset.code}.{origin}", origin, dataset.system.name)
        made.add(source, _column(dataset, column["name"], titles), AS_IS)


def _subjects(made: Graph, dataset: Dataset, titles: columns.Known | None) -> None:
    """Attributes of subjects that the rows feed; the name is one of them."""
    told = Source.objects.filter(dataset=dataset).values_list("subjects", flat=True).first()
    if not told:
        return
    kind = KIND_OF_SUBJECT.get(told["kind"], told["kind"])
    fed = {"name": told["name"], **told.get("attributes", {}), **told.get("identifiers", {})}
    for attribute, name in fed.items():
        zh = titles.title(name) if titles else ""
        node = Node("attribute", f"{told['kind']}.{attribute}", zh, kind)
        made.add(_column(dataset, name, titles), node, BY_MAPPING)


def _items(made: Graph, some: list[Dataset], known: Mapping[str, columns.Known]) -> None:
    mounts = Mount.objects.filter(
        dataset__in=some, state=Mount.State.MOUNTED, resource__state=Resource.State.PUBLISHED
    ).select_related("dataset", "resource")
    mounted: dict[int, list[Mount]] = {}
    for mount in mounts:
        mounted.setdefault(mount.dataset_id or 0, []).append(mount)
    for dataset in some:
        titles = known.get(dataset.code)
        if titles is None and dataset.pk in mounted:
            titles = columns.known(dataset)
        for mount in mounted.get(dataset.pk, []):
            for item, name in mount.binding.items():
                zh = titles.title(name) if titles else ""
                node = Node("item", f"{mount.resource.code}/{item}", zh, mount.resource.title)
                made.add(_column(dataset, name, titles), node, BY_BINDING)


def _figures(
    made: Graph, known: Mapping[str, Dataset], wanted: set[str], titles: Mapping[str, columns.Known]
) -> None:
    for definition in registry.all_():
        named = set(registry.datasets_of(definition))
        if not named & wanted:
            continue
        node = _figure(definition)
        parts = registry.parts(definition)
        for part in parts:
            made.add(_figure(registry.get(part)), node, BY_PART)
        own = registry.gathered_of(definition)
        if parts and len(parts) == len(own):
            continue  # both sides are figures of their own
        for code, name in sorted(touched_columns(definition, known)):
            made.add(_column(known[code], name, titles.get(code)), node, BY_VALUE)
        for first in (one.codes[0] for one in own if one.codes[0] in known):
            for name in known[first].key:
                made.add(_column(known[first], name, titles.get(first)), node, BY_ROW)


def _figure(definition: Definition) -> Node:
    return Node("figure", definition.code, definition.zh, definition.steward)
