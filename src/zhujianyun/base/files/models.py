"""What we remember of a file (文件登记)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import models

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.base.files.kinds import KINDS

_PIECE = 1 << 20


def place_of(sha256: str) -> Path:
    """Where the content with a digest stands on the disk (存放位置)."""
    return Path(settings.ZJY_FILES) / sha256[:2] / sha256[2:4] / sha256


class StoredFile(models.Model):
    """One content under one name (存储文件): the same bytes lie on the disk once."""

    sha256 = models.CharField("内容摘要", max_length=64)
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("类型", max_length=8)
    size = models.PositiveBigIntegerField("字节数")
    created_at = models.DateTimeField("存入时间", default=clock.now, editable=False)

    class Meta:
        verbose_name = "存储文件"
        verbose_name_plural = "存储文件"
        constraints = [
            models.UniqueConstraint(fields=["sha256", "name"], name="files_one_row_per_content_and_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """The place of the content on the disk (存放位置)."""
        return place_of(self.sha256)

    @property
    def kind_zh(self) -> str:
        """The kind as people call it (类型名称)."""
        return KINDS[self.kind].zh

    @property
    def media_type(self) -> str:
        """The media type, by content (媒体类型); send it with ``X-Content-Type-Options: nosniff``."""
        return KINDS[self.kind].media_type

    def open(self) -> BinaryIO:
        """The content, for reading (打开).

        Raises:
            NotFound: ``files.lost`` when the disk has lost it.
        """
        try:
            return self.path.open("rb")
        except FileNotFoundError as e:
            raise NotFound(
                f"文件“{self.name}”的内容不在磁盘上，请从备份恢复文件目录。",
                rule="files.lost",
                sha256=self.sha256,
            ) from e

    def verify(self) -> bool:
        """Whether the disk still holds exactly the bytes that were put (校验)."""
        digest, size = hashlib.sha256(), 0
        try:
            with self.open() as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    size += len(piece)
        except NotFound:
            return False
        return digest.hexdigest() == self.sha256 and size == self.size
