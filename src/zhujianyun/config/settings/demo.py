"""Settings of the demo (演示配置): one machine, nothing else installed, a year of sample records.

Not for production: the demo accounts are printed on the terminal and the page.
"""

import os
import secrets
from pathlib import Path

_var = Path(os.environ.setdefault("ZJY_VAR", str(Path("var").resolve())))
_key = _var / "secret_key"
if not os.environ.get("ZJY_SECRET_KEY"):
    if not _key.exists():
        _var.mkdir(parents=True, exist_ok=True)
        _key.touch(mode=0o600)
        _key.write_text(secrets.token_urlsafe(64))
    os.environ["ZJY_SECRET_KEY"] = _key.read_text()

from zhujianyun.config.demo_hint import HALL_HINT as ZJY_HALL_DEMO_HINT  # noqa: E402,F401
from zhujianyun.config.demo_hint import HINT as ZJY_DEMO_HINT  # noqa: E402,F401
from zhujianyun.config.settings.base import *  # noqa: E402,F403

ZJY_DEMO = True
ZJY_PROBED_PORT = int(os.environ.get("ZJY_PROBED_PORT", "18620"))  # first of four, for the probed systems
ZJY_SOURCE_FOLDERS = [str(_var / "sources"), str(_var / "drops")]
ZJY_PASSWORD_DAYS = 0  # the accounts were opened a virtual year ago; their passwords must still let people in
ALLOWED_HOSTS = os.environ.get("ZJY_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
# Nothing leaves the machine: messages are printed by the worker and kept as 已展示.
ZJY_OUTBOX = {channel: {"backend": "console"} for channel in ("email", "sms", "wecom", "dingtalk")}
ZJY_GATEWAY_URL = os.environ.get("ZJY_GATEWAY_URL", ":8001")  # same host, other port
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
SESSION_COOKIE_NAME = "zjy_demo"
CSRF_COOKIE_NAME = "zjy_demo_csrf"

# So that anybody can try: no second factor to enrol, no password that runs out. Never in production.
ZJY_SECOND_FACTOR_FOR_OFFICERS = False
ZJY_PASSWORD_DAYS = 0
ZJY_HALL_TRUSTS_NEW_ENTERPRISES = True  # nobody is there to check claims
