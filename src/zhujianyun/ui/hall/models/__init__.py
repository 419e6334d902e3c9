"""What the hall remembers (办事大厅的表): applicants, whom they act for, codes, failures, applications."""

from zhujianyun.ui.hall.models.applying import Application, HeldFile, Upload
from zhujianyun.ui.hall.models.people import Agency, Applicant, Failure, OneTimeCode

__all__ = ["Agency", "Applicant", "Application", "Failure", "HeldFile", "OneTimeCode", "Upload"]
