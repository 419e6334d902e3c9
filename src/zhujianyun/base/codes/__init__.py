"""Codes that identify firms, people, projects and places (编码校验).

Each module has ``check(value) -> Checked``: the code in its normal form with soft findings, or
``RuleBroken`` with a sentence that says which fault it is. A check proves the form, never that
the firm, person or project exists. ``make`` gives valid codes for sample records.

No error and no finding repeats an identity number: errors are logged, and the number is personal data.
"""

from zhujianyun.base.codes import citizen_id, divisions, project_code, uscc
from zhujianyun.base.codes.checked import Checked, Finding, clean

__all__ = ["Checked", "Finding", "citizen_id", "clean", "divisions", "project_code", "uscc"]
