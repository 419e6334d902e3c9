"""Settings of the test-suite (测试配置): fast hashes, a folder of its own, SQLite unless told otherwise."""

import os
import tempfile

os.environ.setdefault("ZJY_VAR", tempfile.mkdtemp(prefix="zjy-test-"))
os.environ.setdefault("ZJY_SECRET_KEY", "test-only-" + "x" * 60)

from zhujianyun.config.settings.base import *  # noqa: E402,F403
from zhujianyun.config.settings.base import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": None}
ALLOWED_HOSTS = ["*"]
ZJY_DEMO = False
ZJY_OUTBOX: dict[str, dict] = {}  # every channel is off
