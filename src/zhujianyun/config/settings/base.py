"""Settings shared by every environment (公共配置). What differs stands in demo, production and test."""

from __future__ import annotations

import os
from pathlib import Path

from zhujianyun.config import roster
from zhujianyun.config.settings.outbox import *  # noqa: F403
from zhujianyun.config.settings.signin import *  # noqa: F403

PACKAGE = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("ZJY_VAR", "var")).resolve()  # everything that the platform writes

DEBUG = False
SECRET_KEY = os.environ.get("ZJY_SECRET_KEY", "")
ALLOWED_HOSTS: list[str] = [h for h in os.environ.get("ZJY_HOSTS", "localhost,127.0.0.1").split(",") if h]
SITE_NAME = "住建云"
ZJY_APP_FOLDERS: list[str] = [f for f in os.environ.get("ZJY_APP_FOLDERS", "").split(os.pathsep) if f]
ZJY_ROSTER = roster.find(ZJY_APP_FOLDERS)

INSTALLED_APPS = [
    "zhujianyun.base.jobs",
    "zhujianyun.base.files",
    "zhujianyun.base.outbox",
    "zhujianyun.kernel.journal",
    "zhujianyun.kernel.access",
    "zhujianyun.kernel.system",
    "zhujianyun.kernel.subject",
    "zhujianyun.kernel.resource",
    "zhujianyun.kernel.case",
    "zhujianyun.kernel.indicator",
    "zhujianyun.ui.signin",
    "zhujianyun.ui.workbench",
    "zhujianyun.ui.search",
    "zhujianyun.ui.notices",
    "zhujianyun.ui.books",
    "zhujianyun.ui.screen",
    "zhujianyun.ui.screen.alarms",
    "zhujianyun.ui.screen.devices",
    "zhujianyun.ui.screen.layouts",
    "zhujianyun.ui.hall",
    *[app.module for app in ZJY_ROSTER],
    "wagtail.admin",
    "wagtail.users",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.snippets",
    "wagtail.sites",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "zhujianyun.config.assembly.AssemblyConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "zhujianyun.config.limits.RequestSize",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "zhujianyun.ui.signin.middleware.SessionGuard",
    "zhujianyun.ui.hall.visiting.HallVisitor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zhujianyun.ui.hall.public.headers.HallHeaders",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "zhujianyun.ui.workbench.errors.PlatformErrors",
    "zhujianyun.ui.hall.visiting.HallErrors",
]

ROOT_URLCONF = "zhujianyun.config.urls"
WSGI_APPLICATION = "zhujianyun.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"


def database() -> dict[str, dict]:
    """The database named by ``ZJY_DATABASE``: a PostgreSQL address, or the embedded SQLite file (数据库)."""
    address = os.environ.get("ZJY_DATABASE", "")
    if address.startswith("postgresql://"):
        from urllib.parse import unquote, urlsplit

        parts = urlsplit(address)
        return {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts.path.lstrip("/"),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                "HOST": parts.hostname or "",
                "PORT": str(parts.port or ""),
                "CONN_MAX_AGE": 60,
            }
        }
    return {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(VAR / "zhujianyun.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                    "PRAGMA wal_autocheckpoint=8000;"
                    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;"
                ),
            },
        }
    }


DATABASES = database()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "access.Account"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "media/"
MEDIA_ROOT = VAR / "media"
ZJY_LAKE = VAR / "lake"  # gathered data, one Delta table per data set
ZJY_LAKE_ENGINE = os.environ.get("ZJY_LAKE_ENGINE", "duckdb")  # or spark
ZJY_SPARK_MASTER = os.environ.get("ZJY_SPARK_MASTER", "local[2]")
ZJY_SPARK: dict[str, str] = {}  # further settings of the session
ZJY_SERVING = VAR / "serving"  # what the gateway serves from, and its call log
ZJY_GATEWAY_INSTANCE = os.environ.get("ZJY_GATEWAY_INSTANCE", "GX")  # first part of every shared address
ZJY_SHARED_ADDRESS = os.environ.get("ZJY_SHARED_ADDRESS", "")  # of the front server; empty: the planes' own
ZJY_TABLE_PLANE = os.environ.get("ZJY_TABLE_PLANE", "")  # where the planes answer; empty: beside the web
ZJY_PROXY_PLANE = os.environ.get("ZJY_PROXY_PLANE", "")
ZJY_FILES = VAR / "files"
ZJY_SOURCES = VAR / "sources"  # the simulated business systems of the demo
# What officers may name as a source: files in these folders, private addresses in these ranges only.
ZJY_SOURCE_FOLDERS = os.environ.get("ZJY_SOURCE_FOLDERS", str(VAR / "drops")).split(os.pathsep)
ZJY_SOURCE_RANGES = [r for r in os.environ.get("ZJY_SOURCE_RANGES", "").split(",") if r]
ZJY_PAPER_CHECK_URL = (
    f"{os.environ.get('ZJY_BASE_URL', 'http://localhost:8000')}/hall/papers/"  # printed on papers
)
ZJY_SEAL_LABELS = ("paper-seal",)  # the first signs; keys that signed before stay listed to verify
ZJY_EXPORTS = VAR / "exports"  # lists taken away, kept for seven days
ZJY_KEYS = VAR / "keys"
ZJY_CHECKPOINTS = VAR / "checkpoints"
ZJY_REGIONAL_DROP = os.environ.get("ZJY_REGIONAL_DROP", str(VAR / "regional"))  # empty: nothing is reported
ZJY_REGIONAL_KEY = os.environ.get(
    "ZJY_REGIONAL_KEY", str(VAR / "regional-platform.pem")
)  # whose receipts count
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# Back office: no request to any outside host, ever.
WAGTAIL_SITE_NAME = SITE_NAME
WAGTAILADMIN_BASE_URL = os.environ.get("ZJY_BASE_URL", "http://localhost:8000")
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_I18N_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文")]

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# Where the gateway process answers, as a browser sees it; empty: same origin.
ZJY_GATEWAY_URL = os.environ.get("ZJY_GATEWAY_URL", "")
# How many single look-ups of persons an hour a grant may make that names no such limit of its own; 0: any number.
ZJY_GATEWAY_LOOKUPS_PER_HOUR = int(os.environ.get("ZJY_GATEWAY_LOOKUPS_PER_HOUR", "1000"))
# How often a wall asks for its data when nobody nudges it.
ZJY_WALL_REFRESH_SECONDS = int(os.environ.get("ZJY_WALL_REFRESH_SECONDS", "15"))
# Whether a person may act at once for an enterprise that nobody knows yet; else an officer checks the claim.
ZJY_HALL_TRUSTS_NEW_ENTERPRISES = False
SILENCED_SYSTEM_CHECKS: list[str] = []
