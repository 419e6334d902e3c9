"""Settings under which ``base`` runs alone (独立运行配置): no kernel, no apps, a file database.

The worker processes of these tests start in a fraction of the time of the whole platform, and prove
on the way that ``base`` needs nothing above it.
"""

import os
import tempfile
from pathlib import Path

VAR = Path(os.environ.setdefault("ZJY_VAR", tempfile.mkdtemp(prefix="zjy-alone-")))
SECRET_KEY = "alone-" + "x" * 60
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "zhujianyun.base.jobs",
    "zhujianyun.base.files",
    "django_tasks",
    "django_tasks_db",
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
ZJY_KEYS = VAR / "keys"
ZJY_FILES = VAR / "files"

_POSTGRES = os.environ.get("ZJY_ALONE_POSTGRES", "")  # name,user,host,port
if _POSTGRES:
    _name, _user, _host, _port = _POSTGRES.split(",")
    _DATABASE = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _name,
        "USER": _user,
        "HOST": _host,
        "PORT": _port,
    }
else:
    _DATABASE = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(VAR / "alone.sqlite3"),
        "TEST": {"NAME": None},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }
DATABASES = {"default": _DATABASE}
