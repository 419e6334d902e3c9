"""The journal in words (留痕用语): verbs, actors and objects as people name them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from zhujianyun.base import masks
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.access.registry import register
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.workbench import shown

VERBS_ZH = {
    "privacy.read": "查阅个人信息", "journal.private.erase": "销毁保密正文", "journal.refused": "留痕查阅被拒",
    "journal.search": "检索留痕", "journal.open_entry": "查看留痕", "journal.verify_entry": "核验单条留痕",
    "journal.verify": "核验全部留痕", "journal.verified": "留痕核验完成", "journal.export": "导出留痕",
    "journal.fetch_export": "下载留痕导出", "journal.view_checkpoints": "查看检查点",
    "outbox.resend": "重发外发消息", "outbox.cancel": "取消外发消息", "outbox.refused": "外发消息访问被拒",
    "jobs.retry": "重试任务", "jobs.cancel": "取消任务", "jobs.sweep": "收回孤儿任务", "jobs.switch_plan": "启停计划",
    "jobs.refused": "后台任务访问被拒", "notices.choose": "保存消息偏好", "notice.applicant": "告知申请人",
    "indicator.drill": "查看指标记录", "indicator.alarm.raise": "发生告警", "indicator.alarm.acknowledge": "确认告警",
    "indicator.alarm.close": "关闭告警", "case.calendar.announce": "发布日历通知", "indicator.book": "导出指标册",
    "access.signed_in": "登录", "access.signed_out": "退出登录", "access.sign_in_failed": "登录失败",
    "access.locked_out": "登录被锁定", "access.second_factor_added": "绑定第二因素",
    "access.second_factor_removed": "解除第二因素", "access.change_password": "修改口令",
    "access.found_platform": "设立平台", "access.lend_post": "委托代理", "access.end_substitution": "提前结束代理",
    "subject.register": "登记主体", "subject.merge": "合并主体", "subject.undo_merge": "撤销合并主体",
    "subject.conflict": "发现来源矛盾", "subject.conflict.end": "来源矛盾消除",
    "subject.bind": "绑定主体标识", "subject.unbind": "解除主体标识", "system.register": "登记业务系统",
    "system.retire": "停用业务系统", "system.merge": "合并业务系统", "system.link": "登记系统互联",
    "system.unlink": "结束系统互联", "resource.enter": "编目资源", "resource.publish": "发布资源",
    "resource.withdraw": "撤下资源", "resource.mount": "挂载资源", "resource.unmount": "取消挂载",
    "resource.grant.issue": "授权使用资源", "resource.grant.expire": "授权到期", "indicator.export": "导出指标记录",
    "privacy.export": "导出个人信息", "privacy.export_fetch": "下载个人信息导出",
    "screen.layout.save": "保存大屏布局", "screen.layout.publish": "发布大屏布局", "screen.device.approve": "批准大屏设备",
    "screen.device.revoke": "吊销大屏设备", "hall.signin": "大厅登录", "hall.register": "大厅注册",
    "hall.code.send": "发送验证码", "hall.application.start": "开始填报", "hall.application.hand_in": "大厅提交申请",
    "gathering.source.register": "登记数据源", "gathering.source.change": "修改数据源", "gathering.source.try": "测试数据源",
    "gathering.batch.start": "发起归集", "gathering.batch.cancel": "取消归集", "gathering.batch.end": "归集结束",
    "gathering.quality.write": "新增质量规则", "gathering.quality.change": "修改质量规则",
    "gathering.quality.switch_on": "启用质量规则", "gathering.quality.switch_off": "停用质量规则",
    "gathering.quality.check": "检查数据质量", "gathering.quality.fail": "质量检查失败",
    "gathering.drift": "发现结构变更", "gathering.drift.decide": "处理结构变更", "gathering.subjects": "主体入库",
    "gathering.versions.remove": "清理旧版本",
    "resource.dataset.register": "登记数据集", "resource.dataset.land": "发布数据版本",
    "resource.dataset.accept_schema": "确认结构变更", "resource.dataset.stop": "停止归集", "resource.dataset.cadence": "调整归集间隔",
    "resource.row.put_right": "写入更正值", "resource.row.delivered": "数源已改正", "resource.row.told": "告知更正",
    "resource.grant.suspend": "暂停授权", "resource.grant.resume": "恢复授权", "resource.grant.revoke": "撤销授权",
    "data_catalogue.draft": "开始编制目录", "data_catalogue.save": "保存编制稿", "data_catalogue.export": "导出目录",
    "data_catalogue.import_check": "检查导入表", "data_catalogue.import_write": "导入目录",
    "data_catalogue.import_give_up": "放弃导入目录", "data_catalogue.findings": "核查目录问题",
    "data_catalogue.waive": "豁免目录问题", "data_catalogue.regulation": "登记管理办法",
    "data_catalogue.request": "申请共享",
    "data_catalogue.key.make": "生成目录接口密钥", "data_catalogue.key.end": "停用目录接口密钥",
    "data_catalogue.correction.corrected": "校核数据已更正", "data_catalogue.transfer.build": "生成上报数据包",
    "data_catalogue.transfer.drop": "投递上报数据包", "data_catalogue.transfer.receipt": "接收上报回执",
    "data_catalogue.transfer.receipt_refused": "拒收上报回执", "data_catalogue.transfer.void": "作废上报数据包",
    "data_gateway.service": "调整共享服务", "data_gateway.call": "调用共享接口", "data_gateway.metered": "汇总接口用量",
    "data_gateway.probed": "探测接口可用性", "data_gateway.replay": "重放历史调用",
    "data_gateway.reads.look": "查询查阅情况", "data_gateway.key.issue": "发放调用密钥",
    "data_gateway.key.rotate": "轮换调用密钥", "data_gateway.key.revoke": "停用调用密钥",
    "asset_inventory.enter": "登记台账系统", "asset_inventory.change": "变更系统资料",
    "asset_inventory.contact": "登记联系人", "asset_inventory.contact_end": "停用联系人",
    "asset_inventory.contract": "登记合同", "asset_inventory.data": "登记系统数据", "asset_inventory.document": "上传系统文档",
    "asset_inventory.export": "导出台账", "asset_inventory.findings": "核查台账问题", "asset_inventory.waive": "豁免台账问题",
    "asset_inventory.import_begin": "开始导入台账", "asset_inventory.import": "导入台账",
    "asset_inventory.import_give_up": "放弃导入台账", "asset_inventory.plan": "制定计划",
    "asset_inventory.plan_item": "列入计划", "asset_inventory.plan_done": "完成计划事项",
    "asset_inventory.plan_drop": "移出计划", "asset_inventory.milestone": "完成里程碑",
    "asset_inventory.probe_add": "新增探测项", "asset_inventory.probe_change": "修改探测项",
    "asset_inventory.probed": "汇总系统探测", "asset_inventory.range_add": "登记内网白名单",
    "asset_inventory.range_remove": "移出内网白名单", "asset_inventory.reviewed": "完成年度复核",
    "fire_review.order_stop_use": "责令停止使用", "fire_review.lift_stop_use": "解除停止使用",
    "fire_review.sample_day": "演示：演完一天", "case.paper_sealed": "文书封签", "case.number.void": "作废编号",
    "hall.application.drop": "放弃草稿", "hall.password": "大厅修改口令", "hall.phone": "更换手机号", "hall.email": "设置邮箱",
    "hall.signout_everywhere": "退出全部设备", "hall.close": "注销大厅账号", "hall.enterprise.claim": "申请绑定企业",
    "hall.enterprise.verify": "核验企业绑定", "hall.enterprise.authorise": "授权经办人",
    "hall.enterprise.withdraw": "取消企业授权", "indicator.provisional": "标记暂定",
    "screen.device.ask": "申请大屏配对", "screen.device.change": "调整大屏设备", "screen.device.pick_up": "领取大屏令牌",
    "screen.device.refuse": "拒绝大屏来访", "screen.layout.open": "取得布局编辑锁", "screen.layout.take_over": "接管布局编辑锁",
    "screen.layout.back_to_file": "恢复文件布局", "screen.snapshot": "屏幕快照",
}  # fmt: skip
FAMILIES_ZH = {
    "case.": "办件", "access.": "账号与授权", "signin.": "登录", "journal.": "留痕", "privacy.": "个人信息",
    "indicator.": "指标与告警", "outbox.": "外发消息", "jobs.": "后台任务", "notice": "消息", "subject.": "主体",
    "resource.": "资源", "data_catalogue.": "资源目录", "gathering.": "数据归集", "data_gateway.": "数据共享",
    "asset_inventory.": "资产台账", "system.": "业务系统", "hall.": "办事大厅", "screen.": "大屏", "workbench.": "工作台",
}  # fmt: skip
CASE_VERBS_ZH = {
    "open": "开立", "task_assigned": "分派任务", "task_done": "完成任务", "task_escalated": "提请上级指派",
    "task_given_back": "退回任务", "hand_over": "移交", "clock_resumed": "恢复计时", "clock_rederived": "重算时限",
    "timer_refused": "到时办理未成", "migrate": "迁移流程版本", "amend_draft": "修改草稿",
    "correct_paper": "更正文书", "drop_document": "撤下材料", "draw_frozen": "冻结名单并公布承诺",
    "draw_revealed": "公开随机数并开出结果", "draw_applied": "落实摇号结果", "draw_void": "作废摇号",
}  # fmt: skip
RESULTS_ZH = {
    "ok": "成功",
    "refused": "被拒",
    "failed": "失败",
    "held": "未外发",
    "unreachable": "无联系方式",
}
OBJECTS_ZH = {
    "case": "办件", "account": "账号", "subject": "主体", "page": "页面", "indicator": "指标", "alarm": "告警",
    "journal": "留痕", "journal.entry": "留痕", "outbox": "外发消息", "job": "任务", "plan": "计划", "office": "单位",
    "calendar_notice": "日历通知", "jobs": "后台任务", "system": "业务系统", "session": "会话",
    "resource": "资源目录", "dataset": "数据集", "grant": "授权", "batch": "归集批次", "source": "数据源",
    "quality_rule": "质量规则", "transfer": "上报数据包", "correction": "数据校核", "regulation": "管理办法",
    "import": "导入批次", "export": "导出", "service": "共享服务", "access_key": "调用密钥", "call": "接口调用",
    "usage": "接口用量", "gateway": "共享网关", "catalogue_key": "目录接口密钥", "subject_hash": "被查询的主体",
}  # fmt: skip


def verb_zh(verb: str) -> str:
    """A verb in Chinese (行为名称); the verb itself when nobody named it."""
    if verb in VERBS_ZH:
        return VERBS_ZH[verb]
    if verb in register.permissions:  # an act that needs a permission is called like it
        return register.permissions[verb].zh
    family, _, rest = verb.partition(".")
    if family == "case" and "." in rest:
        process, _, action = rest.partition(".")
        if process in registry.processes():
            return f"{shown.process_zh(process)}·{_action_zh(process, action)}"
    return verb


def _action_zh(process: str, action: str) -> str:
    if action in CASE_VERBS_ZH:
        return CASE_VERBS_ZH[action]
    return shown.action_zh(registry.versions(process)[-1], "", action.replace(".", ":"))


def result_zh(result: str) -> str:
    """A result in Chinese (结果)."""
    return RESULTS_ZH.get(result, result)


def object_zh(kind: str) -> str:
    """A kind of object in Chinese (对象类型)."""
    return OBJECTS_ZH.get(kind, kind)


@dataclass
class Names:
    """The names behind keys such as ``account:12``, of one page of entries (行为人名称). Two queries."""

    accounts: dict[int, Account] = field(default_factory=dict)
    subjects: dict[int, Subject] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Names:
        """Read what some entries name."""
        keys = {key for entry in entries for key in (entry.actor, entry.acting_for)}
        return cls(
            Account.objects.in_bulk(_numbers(keys, "account")),
            Subject.objects.in_bulk(_numbers(keys, "subject")),
        )

    def zh(self, key: str) -> str:
        """Who stands behind a key; a person among the subjects is masked (行为人)."""
        kind, _, number = key.partition(":")
        if key == "system":
            return "系统"
        if kind == "account" and number.isdigit() and int(number) in self.accounts:
            return self.accounts[int(number)].name_zh
        if kind == "subject" and number.isdigit() and int(number) in self.subjects:
            subject = self.subjects[int(number)]
            return masks.name(subject.name, "officer") if subject.kind == "person" else subject.name
        return key


def _numbers(keys: Iterable[str], kind: str) -> set[int]:
    found = (key.partition(":") for key in keys)
    return {
        int(number) for name, _, number in found if name == kind and number.isdigit() and len(number) < 18
    }
