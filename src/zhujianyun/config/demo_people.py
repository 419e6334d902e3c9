"""The people of the demo (演示账号): the three officers, one officer per role in Nanning, a leader.

Opened through the real actions, on the first working morning of the demo year.
"""

from __future__ import annotations

from datetime import date

from zhujianyun.base import clock
from zhujianyun.config.assembly import manifests
from zhujianyun.config.demo_hint import PASSWORD
from zhujianyun.kernel import access
from zhujianyun.ui.manifest import RoleOffer

FIRST_DAY = date(2020, 1, 1)
CITY = "450100"
DEPARTMENT = "450000"  # by its code: other departments are province offices too
SCREEN_ROLE = "big_screen.viewer"
SCREEN_EDITORS = {"screen.editor": "黄秋月", "screen.editor2": "谢志远"}  # two: the second is told who edits
OFFICERS = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}
NAMES = ("韦晓兰", "黄国栋", "覃雪梅", "陆志强", "莫丽华", "梁建军", "农秀英", "蒙永福", "李春燕", "周海波")
DEPARTMENT_NAMES = ("钟明远", "谢婉清", "卢志勇", "黎少芬")


def found(seed: int) -> None:
    """Found the platform, open the offices and the accounts that people may try (设立演示平台)."""
    with clock.standing(clock.at_local(FIRST_DAY, 8, 0)):
        access.sync_roles()
        officers = _officers()
        _offices(officers["system"])
        _leader(officers)
        for number, (username, role, _) in enumerate(_posts()):
            _officer(username, NAMES[number % len(NAMES)], role, officers)
        for username, role in _department_posts():
            _department_officer(username, role, officers)
        _screen_editors(officers)
    _spare_the_first_change()


def _spare_the_first_change() -> None:
    """The printed password may be kept: in a demo nobody is asked to think of another one first."""
    from zhujianyun.kernel.access.models import Account

    names = [username for username, _ in printed_accounts()]
    Account.objects.filter(username__in=names).update(must_change_password=False)


def _officers() -> dict[str, access.Actor]:
    from zhujianyun.kernel.access import actions, queries

    if not queries.officers().exists():
        actions.found_platform(
            **{
                duty: actions.Founder(f"{duty}.officer", zh, password=PASSWORD, must_change_password=False)
                for duty, zh in OFFICERS.items()
            }
        )
    return {
        duty.duty: access.actor(duty.account, FIRST_DAY)
        for duty in queries.officers().select_related("account")
    }


def _offices(by: access.Actor) -> None:
    from zhujianyun.kernel.access import actions
    from zhujianyun.kernel.access.models import Office

    if not Office.objects.filter(kind=Office.Kind.CITY).exists():
        actions.open_offices_from_divisions(by=by)


def _posts() -> list[tuple[str, str, str]]:
    """(user name, role, Chinese) of the officers that people may sign in as."""
    return [
        (f"nanning.{role.code.partition('.')[2]}", role.code, role.zh)
        for manifest in manifests().values()
        if manifest.sample
        for role in manifest.roles
        if not role.code.endswith(".viewer") and not role.demo_office
    ]


def _department_posts() -> list[tuple[str, RoleOffer]]:
    """(user name, role) of those who sit in the department, not in the city."""
    return [
        (f"dept.{role.code.partition('.')[2]}", role)
        for manifest in manifests().values()
        if manifest.sample
        for role in manifest.roles
        if role.demo_office
    ]


def _department_officer(username: str, role: RoleOffer, officers: dict[str, access.Actor]) -> None:
    from zhujianyun.kernel.access.models import Office

    office = Office.objects.get(code=role.demo_office)
    department = Office.objects.get(code=DEPARTMENT)
    name = DEPARTMENT_NAMES[sum(map(ord, username)) % len(DEPARTMENT_NAMES)]
    _account(username, name, [(role.code, office), (SCREEN_ROLE, department)], officers)


def _screen_editors(officers: dict[str, access.Actor]) -> None:
    from zhujianyun.kernel.access.models import Office

    department = Office.objects.get(code=DEPARTMENT)
    for username, name in SCREEN_EDITORS.items():
        _account(username, name, [("big_screen.editor", department)], officers)


def _officer(username: str, name: str, role: str, officers: dict[str, access.Actor]) -> None:
    from zhujianyun.kernel.access.models import Office

    bureau = Office.objects.get(kind=Office.Kind.CITY, division_code=CITY)
    _account(username, name, [(role, bureau), (SCREEN_ROLE, bureau)], officers)


def _leader(officers: dict[str, access.Actor]) -> None:
    """The department's leader sees every case and every screen, and handles none."""
    from zhujianyun.kernel.access.models import Office

    department = Office.objects.get(code=DEPARTMENT)
    viewers = [role.code for m in manifests().values() for role in m.roles if role.code.endswith(".viewer")]
    _account("leader", "唐副厅长", [(code, department) for code in viewers], officers)


def _account(username: str, name: str, roles: list, officers: dict[str, access.Actor]) -> None:
    from zhujianyun.kernel.access import actions
    from zhujianyun.kernel.access.models import Account, Membership

    account = Account.objects.filter(username=username).first()
    account = account or actions.open_account(
        username, name, by=officers["system"], password=PASSWORD, must_change_password=False
    )
    held = set(Membership.objects.filter(account=account).values_list("role__code", flat=True))
    offered = {role.code for manifest in manifests().values() for role in manifest.roles}
    for code, office in roles:
        if code in offered and code not in held:
            actions.grant_role(account, code, office, by=officers["security"], valid_from=FIRST_DAY)


def printed_accounts() -> list[tuple[str, str]]:
    """The accounts to print on the terminal: user name and who it is, each once."""
    posts: dict[str, list[str]] = {}
    for username, role in _department_posts():
        posts.setdefault(username, []).append(role.zh)
    return [
        ("leader", "厅领导：看大屏和全部办件"),
        *[(username, f"南宁市{zh}") for username, _, zh in _posts()],
        *[(username, f"厅{'、'.join(roles)}") for username, roles in posts.items()],
        *[(username, "大屏编辑员：编辑和发布大屏布局") for username in SCREEN_EDITORS],
        *[(f"{duty}.officer", zh) for duty, zh in OFFICERS.items()],
    ]
