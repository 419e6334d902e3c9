"""Keys of a consumer's program for the CKAN interface (目录访问密钥): shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction

from zhujianyun.apps.data_catalogue.models import CatalogueKey
from zhujianyun.apps.data_catalogue.queries import VIEW
from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Account

MOST = 5
LONGEST = 200


@transaction.atomic
def make_key(title: str, *, by: Actor) -> tuple[CatalogueKey, str]:
    """Make a key for one's own account (生成密钥): the row, and the key itself for the only time.

    Raises:
        NotAllowed: without "data_catalogue.view".
        RuleBroken: without a name, or with as many keys as one may have.
    """
    access.require(by, VIEW)
    if not title.strip():
        raise RuleBroken("请写明密钥用在哪个系统。", rule="catalogue_key.title")
    Account.objects.select_for_update().get(pk=by.account_id or 0)
    if CatalogueKey.objects.filter(account=by.account_id, ended_at=None).count() >= MOST:
        raise RuleBroken(f"每个账号最多 {MOST} 个有效密钥，请先停用不用的。", rule="catalogue_key.most")
    text = secrets.token_urlsafe(32)
    row = CatalogueKey.objects.create(
        account_id=by.account_id or 0, title=title.strip()[:60], prefix=text[:6], digest=digest_of(text)
    )
    journal.record("data_catalogue.key.make", actor=by.key, object=("catalogue_key", str(row.pk)))
    return row, text


@transaction.atomic
def end_key(pk: int, *, by: Actor) -> CatalogueKey:
    """End a key of one's own (停用密钥). Twice changes nothing.

    Raises:
        NotFound: there is none of one's own.
    """
    row = CatalogueKey.objects.select_for_update().filter(pk=pk, account=by.account_id).first()
    if row is None:
        raise NotFound("没有这个密钥。", rule="catalogue_key.known")
    if row.ended_at is None:
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        journal.record("data_catalogue.key.end", actor=by.key, object=("catalogue_key", str(row.pk)))
    return row


def reader_of(text: str) -> Actor:
    """Whose key it is, with his rights of today (密钥持有人).

    Raises:
        NotAllowed: nobody's, an ended one, or its account may no longer view the catalogue.
    """
    given = text.removeprefix("Bearer ").strip()
    row = None
    if given and len(given) <= LONGEST:
        row = (
            CatalogueKey.objects.select_related("account")
            .filter(digest=digest_of(given), ended_at=None)
            .first()
        )
    if row is not None and access.allows(actor := access.actor(row.account), VIEW):
        return actor
    raise NotAllowed("密钥无效或已停用。只读取开放数据不需要密钥，请去掉后重试。", rule="ckan.key")


def digest_of(text: str) -> str:
    """What is kept of a key (密钥摘要); it has 256 random bits, so a plain digest is enough."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
