"""The web process (网站与工作台进程): Django on WSGI, served by Granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhujianyun.config.settings.production")

application = get_wsgi_application()

from zhujianyun.config import demo_clock  # noqa: E402 - Django must be ready first

demo_clock.resume()
