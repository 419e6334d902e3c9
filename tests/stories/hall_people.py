"""What applicants do in the hall, in their words (大厅里的动作)."""

from __future__ import annotations

import random
import re
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from zhujianyun.base.codes import citizen_id, project_code, uscc
from zhujianyun.config.demo_people import PASSWORD

RNG = random.Random()
DESIGN_PAPERS = ("消防设计审查申请表", "消防设计文件")


def pdf(folder: Path, name: str, size: int = 600) -> Path:
    """A PDF of about so many bytes (样例文件)."""
    file = folder / name
    filling = b"% " + b"x" * size + b"\n"
    file.write_bytes(
        b"%PDF-1.4\n" + filling + b"1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
    return file


def press(page: Page, name: str) -> None:
    """A button of the page itself (按钮)."""
    page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def registers(page: Page, name: str) -> str:
    """Register through the three steps; the telephone (注册)."""
    phone = f"137{RNG.randrange(10**8):08}"
    page.goto("/hall/register/")
    page.get_by_label("手机号").fill(phone)
    press(page, "获取验证码")
    code = re.search(r"\d{6}", page.locator("#demo-code p").inner_text())
    assert code
    page.get_by_label("验证码").fill(code.group())
    press(page, "下一步")
    page.get_by_label("姓名").fill(name)
    page.get_by_label("身份证号").fill(citizen_id.make(RNG))
    page.get_by_label("设置口令").fill(PASSWORD)
    page.get_by_label("再次填写口令").fill(PASSWORD)
    page.get_by_label("我已阅读并同意").check()
    press(page, "完成注册")
    expect(page.get_by_role("status").first).to_contain_text("注册信息已提交")
    return phone


def enters(page: Page, phone: str, password: str = PASSWORD) -> None:
    """Sign in at the hall (登录大厅)."""
    if "/hall/signin/" not in page.url:
        page.goto("/hall/signin/")
    page.get_by_label("手机号或身份证号").fill(phone)
    page.get_by_label("口令", exact=True).fill(password)
    press(page, "登录")
    page.wait_for_url(re.compile("/hall/(mine|applications|services)"))


def binds(page: Page, name: str, representative: str) -> None:
    """Bind an enterprise that nobody knows yet (绑定企业)."""
    page.goto("/hall/enterprises/claim/")
    page.get_by_label("统一社会信用代码").fill(uscc.make(RNG, division="450100"))
    page.get_by_label("企业名称").fill(name)
    page.get_by_label("法定代表人").fill(representative)
    press(page, "提交")
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def begins(page: Page, service: str) -> None:
    """From the list of services to an empty form (开始申请)."""
    page.goto("/hall/services/")
    page.get_by_role("link", name=service, exact=True).click()
    page.get_by_role("link", name="开始申请").click()
    press(page, "开始填写")


def fills_design(page: Page, name: str = "凤岭新城商场") -> None:
    """Fill in a design review of a large market (填写设计审查)."""
    page.get_by_label("项目代码").fill(project_code.make(RNG, date(2020, 12, 1), division="450103"))
    page.get_by_label("工程名称").fill(name)
    page.get_by_label("工程地址").fill("南宁市青秀区凤岭北路 18 号")
    page.get_by_label("使用性质").select_option(label="商场")
    page.get_by_label("总建筑面积").fill("１２，６００")
    page.get_by_label("设计单位").fill("广西建筑设计研究院")
    for question in ("是否采用特殊消防设计", "是否依法需要办理规划许可", "是否临时性建筑"):
        page.get_by_role("group", name=question).get_by_label("否").check()


def lays(page: Page, paper: str, file: Path) -> None:
    """Lay a file into the slot of a document (上传材料)."""
    slot = page.locator(".slot").filter(has=page.locator(".slot-name", has_text=paper))
    slot.locator("[data-upload]").set_input_files(file)
    expect(slot.locator(".badge.good")).to_be_visible()
