"""Django configuration of bridge_watch (桥梁看护)."""

from django.apps import AppConfig


class BridgeWatchConfig(AppConfig):
    """桥梁看护."""

    name = "bridge_watch"
    label = "bridge_watch"
    verbose_name = "桥梁看护"
    default_auto_field = "django.db.models.BigAutoField"
