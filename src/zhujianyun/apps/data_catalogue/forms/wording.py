"""The Chinese words of choices, and what people write for them (选项用语)."""

from __future__ import annotations

from collections.abc import Mapping

TYPES = {
    "text": "文本", "integer": "整数", "decimal": "小数", "date": "日期", "datetime": "时间", "boolean": "是否",
}  # fmt: skip
SHARES = {"unconditional": "无条件共享", "conditional": "有条件共享", "none": "不予共享"}
SENSITIVITIES = {"": "一般", "personal": "个人信息", "important": "重要数据"}
MASKS = {
    "": "不脱敏", "id_card": "身份证号", "phone": "电话", "name": "姓名", "bank_card": "银行卡", "address": "地址",
    "uscc": "信用代码", "free_text": "文本",
}  # fmt: skip
CYCLES = {
    "live": "实时", "day": "每日", "week": "每周", "month": "每月", "quarter": "每季", "year": "每年", "other": "其他",
}  # fmt: skip
FORMATS = ("数据库", "电子表格", "电子文件", "图形图像", "流媒体", "自描述格式")


def code_of(typed: str, choices: Mapping[str, str]) -> str | None:
    """The code that a typed word stands for (选项代码): by its Chinese, its code or its beginning."""
    wanted = typed.strip()
    for code, zh in choices.items():
        if wanted in (code, zh):
            return code
    hits = [code for code, zh in choices.items() if wanted and zh.startswith(wanted)]
    return hits[0] if len(hits) == 1 else None
