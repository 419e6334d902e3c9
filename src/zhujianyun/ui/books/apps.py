"""Django configuration of books (台账)."""

from django.apps import AppConfig

PERMISSIONS = (
    ("outbox.manage", "管理外发消息", ("system",)),
    ("outbox.read_text", "查看外发消息全文", ("system",)),
    ("jobs.manage", "管理后台任务", ("system",)),
)
MENU = (
    ("外发消息", "books:outbox", "mail", "outbox.manage", 710),
    ("后台任务", "books:jobs", "cogs", "jobs.manage", 720),
    ("留痕查阅", "books:journal", "history", "journal.read", 730),
    ("指标册", "books:indicators", "table", "screen.view", 740),
)


class BooksConfig(AppConfig):
    """台账."""

    name = "zhujianyun.ui.books"
    label = "books"
    verbose_name = "台账"

    def ready(self) -> None:
        """Name the permissions, put the books into the menu, know their jobs (登记权限、菜单与任务)."""
        from zhujianyun.kernel import access
        from zhujianyun.ui.books.ledger import works  # noqa: F401 - registers its jobs
        from zhujianyun.ui.manifest import MenuEntry
        from zhujianyun.ui.workbench import menu

        for code, zh, duties in PERMISSIONS:
            access.add_permission(code, zh, "books", duties=duties)
        for zh, url_name, icon, permission, order in MENU:
            menu.add(MenuEntry(zh, url_name, icon, permission, order), app="books")
