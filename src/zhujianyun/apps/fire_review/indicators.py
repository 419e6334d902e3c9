"""What 消防审验 counts (消防审验指标): marks of cases, never columns that somebody typed.

The docstrings are the definitions that the public reads.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import DateField, ExpressionWrapper, F
from django.db.models.functions import Cast

from zhujianyun.apps.fire_review import queries
from zhujianyun.kernel.indicator import DURATION, FLOW, PERCENT, RATIO, STOCK, Ratio, Records, indicator

STEWARD = "建筑质量安全监管处"
DESIGN_VERBS = ("case.fire_design.*",)
ACCEPTANCE_VERBS = ("case.fire_acceptance.*",)
FILING_VERBS = ("case.fire_filing.*",)
CASE_COLUMNS = ("number", "title", "city_code", "accepted_on", "concluded_on", "due_on", "state")


def _marked(process: str, mark: str) -> Records:
    return Records(queries.marked(process, mark), day="marks__day")


@indicator("fire_review.design_accepted", zh="消防设计审查受理", unit="项", kind=FLOW, verbs=DESIGN_VERBS,
           steward=STEWARD, release=True, columns=CASE_COLUMNS)  # fmt: skip
def design_accepted() -> Records:
    """Fire design reviews accepted in the period (消防设计审查受理).

    期内受理的消防设计审查申请，按受理日计入。收到而未受理、不予受理、受理前撤回的不计；
    不合格后重新申报的另计一项。
    """
    return _marked(queries.DESIGN, "accepted")


@indicator("fire_review.design_concluded", zh="消防设计审查办结", unit="项", kind=FLOW, verbs=DESIGN_VERBS,
           steward=STEWARD, release=True, columns=CASE_COLUMNS)  # fmt: skip
def design_concluded() -> Records:
    """Fire design reviews concluded in the period (消防设计审查办结).

    期内办结的消防设计审查，按办结日计入：合格、不合格和受理后撤回都是办结。
    注意：办结不等于合格，合格另见 fire_review.design_passed。
    """
    return _marked(queries.DESIGN, "concluded")


@indicator("fire_review.design_passed", zh="消防设计审查合格", unit="项", kind=FLOW, verbs=DESIGN_VERBS,
           steward=STEWARD, columns=CASE_COLUMNS)  # fmt: skip
def design_passed() -> Records:
    """Fire design reviews that passed in the period (消防设计审查合格).

    期内签发合格意见的消防设计审查，按签发日计入；其后被撤销的仍计在签发当期。
    """
    return _marked(queries.DESIGN, "passed")


@indicator("fire_review.design_concluded_rate", zh="消防设计审查办结率", unit=PERCENT, kind=RATIO,
           steward=STEWARD, release=True)  # fmt: skip
def design_concluded_rate() -> Ratio:
    """Design reviews concluded over those accepted, same period (消防设计审查办结率).

    期内办结 ÷ 期内受理，同期口径。注意：期内办结的可能是上期受理的，因此可以超过 100%。
    """
    return Ratio("fire_review.design_concluded", "fire_review.design_accepted", basis="same_period")


@indicator("fire_review.design_pass_rate", zh="消防设计审查合格率", unit=PERCENT, kind=RATIO, steward=STEWARD)
def design_pass_rate() -> Ratio:
    """Design reviews passed over those concluded (消防设计审查合格率).

    期内合格 ÷ 期内办结。注意：分母含受理后撤回的；重新申报后合格的也计入分子，不是一次通过率。
    """
    return Ratio("fire_review.design_passed", "fire_review.design_concluded", basis="same_period")


@indicator("fire_review.design_days", zh="消防设计审查平均用时", unit="工作日", kind=DURATION,
           verbs=DESIGN_VERBS, steward=STEWARD, direction="down")  # fmt: skip
def design_days() -> Records:
    """Mean net working days from acceptance to conclusion of a design review (平均用时).

    期内办结的设计审查，自受理至办结的净工作日平均值；专家评审等依法不计入的时间已扣除。
    """
    return Records(
        queries.decision_clocks(queries.DESIGN),
        day="stopped_on", city="case__city_code", measure="net_days", average=True, office="case__office_id",
    )  # fmt: skip


@indicator("fire_review.acceptance_accepted", zh="消防验收受理", unit="项", kind=FLOW, verbs=ACCEPTANCE_VERBS,
           steward=STEWARD, release=True, columns=CASE_COLUMNS)  # fmt: skip
def acceptance_accepted() -> Records:
    """Fire acceptances accepted for handling in the period (消防验收受理).

    期内受理的特殊建设工程消防验收申请，按受理日计入。其他建设工程的备案不在此列，见 fire_review.filings。
    """
    return _marked(queries.ACCEPTANCE, "accepted")


@indicator("fire_review.acceptance_concluded", zh="消防验收办结", unit="项", kind=FLOW, verbs=ACCEPTANCE_VERBS,
           steward=STEWARD, release=True, columns=CASE_COLUMNS)  # fmt: skip
def acceptance_concluded() -> Records:
    """Fire acceptances concluded in the period (消防验收办结).

    期内办结的消防验收，按办结日计入：合格、不合格和受理后撤回都是办结。
    """
    return _marked(queries.ACCEPTANCE, "concluded")


@indicator("fire_review.acceptance_passed", zh="消防验收合格", unit="项", kind=FLOW, verbs=ACCEPTANCE_VERBS,
           steward=STEWARD, columns=CASE_COLUMNS)  # fmt: skip
def acceptance_passed() -> Records:
    """Fire acceptances that passed in the period (消防验收合格).

    期内签发合格意见的消防验收，按签发日计入。
    """
    return _marked(queries.ACCEPTANCE, "passed")


@indicator("fire_review.acceptance_concluded_rate", zh="消防验收办结率", unit=PERCENT, kind=RATIO,
           steward=STEWARD, release=True)  # fmt: skip
def acceptance_concluded_rate() -> Ratio:
    """Fire acceptances concluded over those accepted, same period (消防验收办结率).

    期内办结 ÷ 期内受理，同期口径，可以超过 100%。
    """
    return Ratio("fire_review.acceptance_concluded", "fire_review.acceptance_accepted", basis="same_period")


@indicator("fire_review.acceptance_pass_rate", zh="消防验收合格率", unit=PERCENT, kind=RATIO, steward=STEWARD)
def acceptance_pass_rate() -> Ratio:
    """Fire acceptances passed over those concluded (消防验收合格率).

    期内合格 ÷ 期内办结；分母含受理后撤回的。
    """
    return Ratio("fire_review.acceptance_passed", "fire_review.acceptance_concluded", basis="same_period")


@indicator("fire_review.filings", zh="消防验收备案受理", unit="项", kind=FLOW, verbs=FILING_VERBS,
           steward=STEWARD, release=True, columns=CASE_COLUMNS)  # fmt: skip
def filings() -> Records:
    """Filings for which a voucher was given in the period (消防验收备案受理).

    期内出具备案凭证的，按出具日计入。不予备案、补正未完成的不计；一个项目分批备案的，每批计一项。
    """
    return _marked(queries.FILING, "filed")


@indicator("fire_review.spot_checks", zh="备案抽查", unit="项", kind=FLOW, verbs=FILING_VERBS,
           steward=STEWARD, release=True, columns=CASE_COLUMNS)  # fmt: skip
def spot_checks() -> Records:
    """Filings hit by a draw in the period (备案抽查).

    期内被公开抽取抽中的备案，按抽中日计入，检查是否完成不论。复查不另计。
    """
    return _marked(queries.FILING, "drawn")


@indicator(
    "fire_review.spot_check_rate", zh="备案抽查率", unit=PERCENT, kind=RATIO, steward=STEWARD, release=True
)
def spot_check_rate() -> Ratio:
    """Filings drawn over filings, same period (备案抽查率).

    期内抽中 ÷ 期内备案，同期口径。注意：这是各分层比例和逐批向上取整的结果，高于任何单一分层的比例都不奇怪。
    """
    return Ratio("fire_review.spot_checks", "fire_review.filings", basis="same_period")


@indicator("fire_review.spot_checks_failed", zh="抽查不合格", unit="项", kind=FLOW, verbs=FILING_VERBS,
           steward=STEWARD, direction="down", columns=CASE_COLUMNS)  # fmt: skip
def spot_checks_failed() -> Records:
    """Spot checks that failed in the period (抽查不合格).

    期内首次检查结果为不合格的备案，按通知日计入；复查仍不合格的不重复计。
    """
    return _marked(queries.FILING, "failed")


@indicator("fire_review.late_filings", zh="逾期备案", unit="项", kind=FLOW, verbs=FILING_VERBS,
           steward=STEWARD, direction="down")  # fmt: skip
def late_filings() -> Records:
    """Filings handed in after the owner's limit (逾期备案).

    期内报送、超过竣工验收合格后法定工作日的备案，按报送日计入。逾期照收，仅作标记。
    """
    return Records(queries.late_filings(), day="stopped_on", city="case__city_code", office="case__office_id")


@indicator("fire_review.stop_use", zh="在效停止使用决定", unit="项", kind=STOCK, verbs=FILING_VERBS,
           steward=STEWARD, direction="down")  # fmt: skip
def stop_use() -> Records:
    """Orders to stop using a work in force (在效停止使用决定).

    期末已责令停止使用、尚未因复查合格解除的。
    """
    return Records(
        queries.stop_use_orders(),
        from_field="ordered_on", to_field="lifted_on", city="case__city_code", office="case__office_id",
    )  # fmt: skip


@indicator("fire_review.overdue", zh="超期", unit="项", kind=STOCK, direction="down", steward=STEWARD, release=True,
           verbs=(*DESIGN_VERBS, *ACCEPTANCE_VERBS, *FILING_VERBS, "case.lamp.*", "case.calendar.*"))  # fmt: skip
def overdue() -> Records:
    """Cases open past the authority's own limit (超期未办结).

    期末在办且已过意见、检查或复查时限末日的办件。末日当天仍算按期；依法中止的时间不计。
    注意：建设单位自己的报备逾期不在此列，见 fire_review.late_filings。
    """
    # PostgreSQL makes a timestamp of a date and an interval: cast it back to the day that it is.
    day_after = Cast(
        ExpressionWrapper(F("due_on") + timedelta(days=1), output_field=DateField()), DateField()
    )
    return Records(
        queries.late_decisions(),
        from_field=day_after, to_field="stopped_on", city="case__city_code", office="case__office_id",
    )  # fmt: skip
