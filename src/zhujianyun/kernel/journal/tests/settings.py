"""The journal alone (留痕单独运行): settings for the processes that its tests and its benchmark start."""

import os
from pathlib import Path
from urllib.parse import urlsplit

VAR = Path(os.environ["ZJY_VAR"])
SECRET_KEY = "test-only-" + "x" * 60
INSTALLED_APPS = ["zhujianyun.kernel.journal"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(VAR / "journal.sqlite3"),
        "TEST": {"NAME": None},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
        },
    }
}
if os.environ.get("ZJY_DATABASE", "").startswith("postgresql://"):
    address = urlsplit(os.environ["ZJY_DATABASE"])
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.path.lstrip("/"),
        "USER": address.username or "",
        "PASSWORD": address.password or "",
        "HOST": address.hostname or "",
        "PORT": str(address.port or ""),
    }
ZJY_KEYS = VAR / "keys"
ZJY_CHECKPOINTS = VAR / "checkpoints"
ZJY_JOURNAL_HASH = os.environ.get("ZJY_JOURNAL_HASH", "sha256")
