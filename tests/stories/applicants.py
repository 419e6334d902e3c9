"""What applicants of Nanning do before the officers come in (申请人报件): run inside a demo's house.

Until there is a public hall, applications enter through the case API, as the hall will enter them.
"""

from __future__ import annotations

import random
from typing import Any

CITY, COUNTY = "450100", "450103"
DESIGN_PAPERS = ("消防设计审查申请表", "消防设计文件")
FILING_PAPERS = ("备案表", "竣工验收报告", "涉消防竣工图纸")


def hand_in(wanted: dict[str, int]) -> dict[str, list[str]]:
    """Hand in as many of each kind; their numbers (报件)."""
    counter = Counter()
    return {
        "designs": [counter.design(n) for n in range(wanted.get("designs", 0))],
        "filings": [counter.filing() for _ in range(wanted.get("filings", 0))],
        "vouchers": [counter.voucher() for _ in range(wanted.get("vouchers", 0))],
    }


class Counter:
    """Somebody at the counter who builds a lot (报件窗口)."""

    def __init__(self) -> None:
        from zhujianyun.apps.fire_review.sample import officers, parties
        from zhujianyun.base.codes import uscc
        from zhujianyun.kernel import access
        from zhujianyun.kernel.subject import actions

        self.rng = random.Random()
        self.source = parties.source()
        self.bureau = officers.bureaux([CITY], 2020)[CITY]
        self.owner = actions.register(
            "enterprise", "南宁故事置业有限公司", {"uscc": uscc.make(self.rng, division=CITY)},
            source=self.source, by=access.SYSTEM,
        )  # fmt: skip
        self.applicant = access.subject_actor(self.owner.pk, self.owner.name)

    def design(self, turn: int) -> str:
        """A design review handed in; every second one with special fire design (设计审查报件)."""
        from zhujianyun.apps.fire_review.sample import works

        work = works.special_work(self.rng, "青秀区") | {
            "subproject": "1号单体", "special_design": turn % 2 == 1, "planning_required": True,
            "planning_permit": "建字第450103202000001号", "temporary": False, "temporary_approval": "",
            "designer": "广西建筑设计研究院",
        }  # fmt: skip
        return self._submit("fire_design", work, DESIGN_PAPERS).number

    def filing(self) -> str:
        """A filing handed in (备案报件)."""
        return self._file().number

    def voucher(self) -> str:
        """A filing in the pool: its voucher is given (待抽查备案)."""
        from zhujianyun.kernel import case

        found = self._file()
        case.act(
            found, "voucher", by=self.bureau.one("clerk", 1), expected_version=found.version,
            key=f"stories:{found.pk}:voucher",
        )  # fmt: skip
        return found.number

    def _file(self) -> Any:
        from zhujianyun.apps.fire_review.sample import works

        stratum = self.rng.choice(("crowded_public", "crowded", "other"))
        work = works.other_work(self.rng, "青秀区", stratum)
        work |= {"building_set": "1号楼", "completion_accepted_on": "2020-12-30", "punished": False}
        return self._submit("fire_filing", work, FILING_PAPERS)

    def _submit(self, process: str, work: dict[str, Any], papers: tuple[str, ...]) -> Any:
        from zhujianyun.apps.fire_review import actions
        from zhujianyun.base import clock
        from zhujianyun.base.codes import project_code
        from zhujianyun.kernel import access, case
        from zhujianyun.kernel.subject import actions as subjects

        code = project_code.make(self.rng, clock.today(), division=COUNTY)
        project = subjects.register(
            "project", work["project_name"], {"invest_code": code}, source=self.source, by=access.SYSTEM
        )
        found = actions.apply(
            process, by=self.applicant, office=self.bureau.office, applicant=self.owner, project=project,
            division_code=COUNTY, subject=work | {"project_code": code}, key=f"stories:{code}",
        )  # fmt: skip
        case.act(
            found, "submit", by=self.applicant, expected_version=found.version,
            key=f"stories:{found.pk}:submit", documents=papers,
        )  # fmt: skip
        return found
