"""Proving one entry (单条核验): its hash anew, its neighbours, its path to a signed checkpoint."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhujianyun.kernel import journal
from zhujianyun.kernel.journal import checkpoints, marks, tree
from zhujianyun.kernel.journal.models import Checkpoint, LogState, Seal
from zhujianyun.kernel.journal.proofs import InclusionProof
from zhujianyun.kernel.journal.sealing import NO_LEAF
from zhujianyun.ui.books.guarding import needs, source
from zhujianyun.ui.books.ledger import entries
from zhujianyun.ui.workbench import viewer

guarded = needs("journal.verify", "journal")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was recomputed (核验项)."""

    zh: str
    ok: bool
    stored: str
    computed: str


@dataclass(frozen=True, slots=True)
class Proof:
    """All that was recomputed about one entry (单条核验结果)."""

    checks: list[Check]
    inclusion: InclusionProof
    checkpoint: Checkpoint | None

    @property
    def ok(self) -> bool:
        """Whether everything agrees (是否相符)."""
        return all(check.ok for check in self.checks)


@require_safe
@guarded
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Recompute everything about one entry (核验单条)."""
    entry, seal = entries.sealed(number)
    found = prove(seal)
    journal.record(
        "journal.verify_entry", actor=viewer.actor(request).key, object=("journal.entry", str(entry.pk)),
        result="ok" if found.ok else "failed", facts={"number": number}, source=source(request),
    )  # fmt: skip
    return render(request, "books/proof.html", entries.context_of(entry, seal) | {"proof": found})


@require_safe
@guarded
def download(request: HttpRequest, number: int) -> HttpResponse:
    """The proof as a file, for whoever wants to reckon by himself (存在性证明)."""
    entry, seal = entries.sealed(number)
    found = prove(seal)
    journal.record(
        "journal.export", actor=viewer.actor(request).key, object=("journal.entry", str(entry.pk)),
        facts={"number": number, "what": "proof"}, source=source(request),
    )  # fmt: skip
    answer = JsonResponse(
        {
            "row": entries.raw_row(seal.seq)[0], "proof": asdict(found.inclusion),
            "checkpoint": checkpoints.stored(found.checkpoint.number - 1)[0] if found.checkpoint else None,
            "about": "leaf = H(0x00||row)；node = H(0x01||left||right)；seq 从 0 数，页面上的序号从 1 数。",
        },
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )  # fmt: skip
    answer["Content-Disposition"] = f'attachment; filename="journal-{number}-proof.json"'
    return answer


def prove(seal: Seal) -> Proof:
    """Recompute leaf, link and path of one sealed entry (核验单条). Reads all leaves up to the checkpoint.

    Raises:
        NotFound: when nothing was sealed.
    """
    state = LogState.objects.get()
    row, stored = entries.raw_row(seal.seq)
    leaf = tree.hash_of(state.alg)(b"\x00" + row.encode()).hex()
    before = (
        Seal.objects.filter(seq=seal.seq - 1).values_list("leaf", flat=True).first() if seal.seq else NO_LEAF
    )
    mark = Checkpoint.objects.filter(size__gt=seal.seq).order_by("number").first()
    inclusion = journal.inclusion_proof(seal.seq, mark.size if mark else None)
    checks = [
        Check("规范行的杂凑值", leaf == stored, stored, leaf),
        Check("前一条的叶", before == seal.prev, seal.prev, before or "缺失"),
        Check(
            "由路径求得的树根",
            inclusion.holds() and inclusion.leaf == leaf,
            inclusion.root,
            _root(inclusion, leaf),
        ),
    ]
    if mark is not None:
        problem = marks.problems([mark.number]).get(mark.number, "缺失")
        checks.append(
            Check(f"检查点 {mark.number} 的树根", mark.root == inclusion.root, mark.root, inclusion.root)
        )
        checks.append(Check(f"检查点 {mark.number} 的签名", not problem, "本日志的公钥", problem or "相符"))
    return Proof(checks, inclusion, mark)


def _root(proof: InclusionProof, leaf: str) -> str:
    path = [bytes.fromhex(step) for step in proof.path]
    found = tree.root_by_inclusion(tree.hash_of(proof.alg), bytes.fromhex(leaf), proof.seq, proof.size, path)
    return found.hex() if found else "路径长度不对"
