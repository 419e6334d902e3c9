"""What a case remembers (办件的表): one drawer per noun."""

from zhujianyun.kernel.case.models.calendar import CalendarDay, CalendarNotice
from zhujianyun.kernel.case.models.case import Case, Mark, Step
from zhujianyun.kernel.case.models.clock_run import ClockRun
from zhujianyun.kernel.case.models.draw import Draw, DrawEntry
from zhujianyun.kernel.case.models.effect import EffectDone, Offered
from zhujianyun.kernel.case.models.numbering import NumberSequence, VoidedNumber
from zhujianyun.kernel.case.models.paper import Document, Paper
from zhujianyun.kernel.case.models.task import Task

__all__ = [
    "CalendarDay",
    "CalendarNotice",
    "Case",
    "ClockRun",
    "Document",
    "Draw",
    "DrawEntry",
    "EffectDone",
    "Mark",
    "NumberSequence",
    "Offered",
    "Paper",
    "Step",
    "Task",
    "VoidedNumber",
]
