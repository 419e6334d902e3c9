"""Cases and what they stand on, nothing above (办件单独运行): for processes that tests and benchmarks start."""

import os
from pathlib import Path

VAR = Path(os.environ["ZJY_VAR"])
SECRET_KEY = "test-only-" + "x" * 60
INSTALLED_APPS = [
    "zhujianyun.base.jobs",
    "zhujianyun.base.files",
    "zhujianyun.kernel.journal",
    "zhujianyun.kernel.access",
    "zhujianyun.kernel.system",
    "zhujianyun.kernel.subject",
    "zhujianyun.kernel.case",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
]
AUTH_USER_MODEL = "access.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(VAR / "case.sqlite3"),
        "TEST": {"NAME": None},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
            ),
        },
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ZJY_FILES = VAR / "files"
ZJY_KEYS = VAR / "keys"
ZJY_CHECKPOINTS = VAR / "checkpoints"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
