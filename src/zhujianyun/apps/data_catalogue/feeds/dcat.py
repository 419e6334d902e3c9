"""The catalogue as DCAT-AP 3 (DCAT 目录): Turtle and JSON-LD.

Source: DCAT-AP 3 and its SHACL shapes (SEMIC). The shapes look at the exported graph alone: what
``dcat:accessURL`` points to is typed ``rdfs:Resource`` here, and agents, concepts and frequencies are
described in full.
"""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

from zhujianyun.apps.data_catalogue.queries.opened import Entry
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.models import Mount

SPDX = Namespace("http://spdx.org/rdf/terms#")
FREQUENCY = Namespace("http://publications.europa.eu/resource/authority/frequency/")
ACCESS = Namespace("http://publications.europa.eu/resource/authority/access-right/")
FORMATS = "https://www.iana.org/assignments/media-types/"
CYCLES = {
    "live": "UPDATE_CONT", "day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "quarter": "QUARTERLY",
    "year": "ANNUAL", "other": "OTHER",
}  # fmt: skip
VERSION = URIRef(f"{DCAT}version")  # of DCAT 3, which the library's namespace does not list
MEDIA = {"table": "application/json", "api": "application/json"}


def graph(entries: Iterable[Entry], base: str, title: str, publisher: str) -> Graph:
    """The entries as a catalogue whose addresses begin with ``base`` (生成 DCAT 图)."""
    made = Graph()
    for prefix, space in (("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("skos", SKOS), ("spdx", SPDX)):
        made.bind(prefix, space)
    catalogue = URIRef(f"{base}#catalogue")
    made.add((catalogue, RDF.type, DCAT.Catalog))
    made.add((catalogue, DCTERMS.title, Literal(title, lang="zh")))
    made.add((catalogue, DCTERMS.description, Literal(f"{publisher}公共数据资源目录。", lang="zh")))
    made.add((catalogue, DCTERMS.publisher, _agent(made, URIRef(f"{base}#publisher"), publisher)))
    made.add((catalogue, FOAF.homepage, _document(made, base)))
    for one in entries:
        made.add((catalogue, DCAT.dataset, _dataset(made, one, base)))
    return made


def _agent(made: Graph, node: URIRef, name: str) -> URIRef:
    made.add((node, RDF.type, FOAF.Agent))
    made.add((node, FOAF.name, Literal(name, lang="zh")))
    return node


def _document(made: Graph, address: str) -> URIRef:
    node = URIRef(address)
    made.add((node, RDF.type, FOAF.Document))
    return node


def _dataset(made: Graph, one: Entry, base: str) -> URIRef:
    entry, edition = one.resource, one.edition
    node = URIRef(f"{base}{one.name}/")
    made.add((node, RDF.type, DCAT.Dataset))
    made.add((node, DCTERMS.title, Literal(edition.title, lang="zh")))
    made.add((node, DCTERMS.description, Literal(edition.abstract, lang="zh")))
    made.add((node, DCTERMS.identifier, Literal(entry.code)))
    made.add((node, DCTERMS.publisher, _provider(made, entry.provider, base)))
    made.add((node, DCAT.theme, _theme(made, edition.class_path, base)))
    made.add(
        (node, DCTERMS.accrualPeriodicity, _typed(made, FREQUENCY[CYCLES[edition.cycle]], DCTERMS.Frequency))
    )
    right = ACCESS["PUBLIC" if edition.open else "NON_PUBLIC" if edition.share == "none" else "RESTRICTED"]
    made.add((node, DCTERMS.accessRights, _typed(made, right, DCTERMS.RightsStatement)))
    if entry.published_on:
        made.add((node, DCTERMS.issued, Literal(entry.published_on, datatype=XSD.date)))
    made.add((node, DCTERMS.modified, Literal(edition.valid_from, datatype=XSD.date)))
    made.add((node, VERSION, Literal(str(edition.number))))
    for item in one.items:
        made.add((node, DCAT.keyword, Literal(item.zh, lang="zh")))
    for code in edition.related:
        made.add(
            (node, DCTERMS.relation, _typed(made, URIRef(f"{base}{code.replace('/', '-')}/"), RDFS.Resource))
        )
    for mount in one.mounts:
        made.add((node, DCAT.distribution, _distribution(made, mount, node, base)))
    return node


def _provider(made: Graph, office: Office, base: str) -> URIRef:
    return _agent(made, URIRef(f"{base}#provider-{office.code}"), office.name)


def _theme(made: Graph, path: str, base: str) -> URIRef:
    scheme = URIRef(f"{base}#classes")
    made.add((scheme, RDF.type, SKOS.ConceptScheme))
    made.add((scheme, DCTERMS.title, Literal("政务信息资源分类", lang="zh")))
    node = URIRef(f"{base}#class-{path.replace('/', '-')}")
    made.add((node, RDF.type, SKOS.Concept))
    made.add((node, SKOS.prefLabel, Literal(path, lang="zh")))
    made.add((node, SKOS.inScheme, scheme))
    return node


def _typed(made: Graph, node: URIRef, kind: URIRef) -> URIRef:
    made.add((node, RDF.type, kind))
    return node


def _distribution(made: Graph, mount: Mount, dataset: URIRef, base: str) -> URIRef:
    node = URIRef(f"{dataset}#{mount.code}")
    made.add((node, RDF.type, DCAT.Distribution))
    made.add((node, DCTERMS.title, Literal(mount.title, lang="zh")))
    media = mount.file.media_type if mount.file else MEDIA[mount.kind]
    made.add((node, DCAT.mediaType, _typed(made, URIRef(f"{FORMATS}{media}"), DCTERMS.MediaType)))
    if mount.file is None:
        made.add((node, DCAT.accessURL, _typed(made, dataset, RDFS.Resource)))
        return node
    address = _typed(made, URIRef(f"{base}files/{mount.code}/"), RDFS.Resource)
    made.add((node, DCAT.accessURL, address))
    made.add((node, DCAT.downloadURL, address))
    made.add((node, DCAT.byteSize, Literal(mount.file.size, datatype=XSD.nonNegativeInteger)))
    checksum = URIRef(f"{node}-sha256")
    made.add((checksum, RDF.type, SPDX.Checksum))
    made.add((checksum, SPDX.algorithm, _typed(made, SPDX.checksumAlgorithm_sha256, SPDX.ChecksumAlgorithm)))
    made.add((checksum, SPDX.checksumValue, Literal(mount.file.sha256, datatype=XSD.hexBinary)))
    made.add((node, SPDX.checksum, checksum))
    return node
