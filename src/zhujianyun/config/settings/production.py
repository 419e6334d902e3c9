"""Settings of production (生产配置): everything secret or local comes from the environment.

Checked in CI with `check --deploy --fail-level WARNING`.
"""

import os

from django.core.exceptions import ImproperlyConfigured

for _name, _why in {
    "ZJY_SECRET_KEY": "会话与签名的密钥，至少 50 个随机字符",
    "ZJY_HOSTS": "对外域名，以逗号分隔",
    "ZJY_VAR": "数据目录，须在备份范围内",
}.items():
    if not os.environ.get(_name):
        raise ImproperlyConfigured(f"缺少环境变量 {_name}（{_why}），请设置后再启动。")

from zhujianyun.config.settings.base import *  # noqa: E402,F403
from zhujianyun.config.settings.base import ALLOWED_HOSTS as _HOSTS  # noqa: E402

ZJY_DEMO = False
ALLOWED_HOSTS = [*_HOSTS, "127.0.0.1"]  # the supervisor asks /healthz on this host, without a certificate
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("ZJY_BEHIND_PROXY") else None
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-zjy"
CSRF_COOKIE_NAME = "__Host-zjy_csrf"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # Wagtail shows previews in a frame of our own origin
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Everything the platform sends by e-mail goes through the outbox (`ZJY_SMTP_*`); nothing goes around it.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
