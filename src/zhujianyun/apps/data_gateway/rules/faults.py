"""Faults of the exchange (交换故障): type, status, who is at fault and a sentence for the person who asked.

Types begin as X-Road's do: ``Client.`` the caller can mend it, ``Server.ClientProxy.`` the gateway on the
way out, ``Server.ServerProxy.`` the gateway before the data. X-Road answers its own faults with 500; here
502 means the provider cannot be reached, 504 that it took too long, 503 that the gateway may not serve just
now and 500 that it failed. A reply of the provider itself passes as it is and is no fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

CLIENT, EXCHANGE, PROVIDER = "client", "exchange", "provider"

# type → (status, sentence). The side is the caller's for Client., the provider's where `BLAMED` says so.
KNOWN: dict[str, tuple[int, str]] = {
    "Client.BadRequest": (400, "请求不合规范，请按接口说明改正后重试。"),
    "Client.BadTarget": (400, "请求地址不合规范，请按接口说明书写，逐段编码。"),
    "Client.TargetTooLong": (414, "请求地址超过 2000 个字符，请缩短筛选条件。"),
    "Client.HeadersTooLarge": (431, "请求头过多或过大，请精简后重试。"),
    "Client.BodyTooLarge": (413, "请求内容超过上限，请拆分后重试。"),
    "Client.TooSlow": (408, "请求发送过慢，连接已关闭，请检查网络后重试。"),
    "Client.MethodNotAllowed": (405, "该服务不支持这种请求方法。"),
    "Client.KeyMissing": (401, "缺少访问密钥，请在 Authorization 请求头中以 Bearer 方式提供。"),
    "Client.KeyUnknown": (401, "访问密钥无效，请核对密钥，必要时重新申请。"),
    "Client.KeyExpired": (401, "访问密钥已过有效期，请更换密钥。"),
    "Client.KeyNotBegun": (401, "访问密钥尚未生效。"),
    "Client.ClientMissing": (400, "缺少 X-Road-Client 请求头，请写明调用方标识。"),
    "Client.ClientMismatch": (403, "访问密钥不属于 X-Road-Client 所写的调用方。"),
    "Client.NetworkDenied": (403, "来源地址不在授权的网段内，请从登记的网络调用或申请变更。"),
    "Client.ServiceUnknown": (404, "没有这个共享服务，请核对地址。"),
    "Client.PathNotAllowed": (403, "授权不含该接口路径，请核对接口说明。"),
    "Client.PurposeMissing": (400, "缺少 X-Zjy-Purpose 请求头，请写明用途或授权编号。"),
    "Client.PurposeNotGranted": (403, "没有这一用途的授权，请核对用途或提出申请。"),
    "Client.NoGrant": (403, "没有该服务的授权，请在资源目录中提出共享申请。"),
    "Client.GrantRefused": (403, "授权当前无效，请联系提供方。"),
    "Client.IssueUnknown": (403, "办件不存在或已办结，请写明在办的办件编号。"),
    "Client.ItemNotGranted": (403, "授权不含所请求的信息项。"),
    "Client.MaskedItem": (403, "脱敏的信息项不能用于筛选或排序。"),
    "Client.BadFilter": (400, "筛选条件不合规范，请按接口说明改正。"),
    "Client.BadCursor": (400, "翻页标记无效，请从第一页重新开始。"),
    "Client.SnapshotGone": (410, "翻页所依据的数据版本已不再保留，请从第一页重新开始。"),
    "Client.RowUnknown": (404, "授权范围内没有这一行。"),
    "Client.FilterTooBroad": (400, "查询超过时限，请增加或收窄筛选条件。"),
    "Client.QuotaSecond": (429, "超过每秒调用限额，请稍后重试。"),
    "Client.QuotaDay": (429, "超过每日调用限额，请次日再试或申请提高限额。"),
    "Client.QuotaTotal": (429, "授权的调用总量已用完，请申请续增。"),
    "Client.LookupsTooMany": (429, "短时间内逐条查询过多，请稍后重试或改用批量方式申请。"),
    "Client.HungUp": (499, "调用方在答复送完之前断开了连接。"),
    "Server.ClientProxy.PolicyStale": (503, "共享网关暂停服务：运行策略未及时更新，请稍后重试。"),
    "Server.ClientProxy.LogFailed": (500, "调用日志无法写入，网关不提供服务，请联系运维人员。"),
    "Server.ClientProxy.Internal": (500, "共享网关内部错误，请凭详情编号联系运维人员。"),
    "Server.ServerProxy.NoSnapshot": (503, "数据正在准备，请稍后重试。"),
    "Server.ServerProxy.FileGone": (500, "共享文件不在存储中，请凭详情编号联系运维人员。"),
    "Server.ServerProxy.AddressRefused": (502, "提供方地址不被允许，请凭详情编号联系运维人员。"),
    "Server.ServerProxy.Unreachable": (502, "提供方接口无法连接，请稍后重试。"),
    "Server.ServerProxy.BadReply": (502, "提供方接口答复不合规范，请稍后重试或联系提供方。"),
    "Server.ServerProxy.TimedOut": (504, "提供方接口超时，请稍后重试。"),
    "Server.ServerProxy.CircuitOpen": (503, "提供方接口连续失败，已暂停转发，请稍后重试。"),
    "Server.ServerProxy.Busy": (503, "提供方接口正忙，等候的调用过多，请稍后重试。"),
}
BLAMED = frozenset(
    f"Server.ServerProxy.{name}" for name in ("Unreachable", "BadReply", "TimedOut", "CircuitOpen", "Busy")
)  # these lower the provider's availability, not the gateway's


@dataclass(slots=True)
class Known:
    """What was established before a refusal (拒绝前已查明的情况): for the log."""

    key: str = ""
    consumer: str = ""
    service: str = ""
    grant: str = ""
    grant_version: int = 0
    purpose: str = ""
    test: bool = False


class Fault(Exception):
    """A call that is refused or failed (交换故障).

    ``close`` says that the connection must end: what follows on it cannot be told apart any more.
    """

    def __init__(
        self,
        type_: str,
        message_zh: str = "",
        *,
        retry_after: float = 0.0,
        close: bool = False,
        rule: str = "",
    ) -> None:
        self.type = type_
        self.status, default = KNOWN[type_]
        self.message_zh = message_zh or default
        self.retry_after, self.close, self.rule = retry_after, close, rule
        self.known = Known()
        super().__init__(f"{type_}: {self.message_zh}")

    @property
    def side(self) -> str:
        """Whose fault it is (责任方): client, exchange or provider."""
        if self.type.startswith("Client."):
            return CLIENT
        return PROVIDER if self.type in BLAMED else EXCHANGE

    def body(self, detail: str) -> bytes:
        """The answer: ``detail`` is the id of the call in the log, never an inner address (故障答复)."""
        return orjson.dumps({"type": self.type, "message": self.message_zh, "detail": detail})

    def headers(self) -> list[tuple[str, str]]:
        """Headers that go with it (故障响应头)."""
        found = [("X-Road-Error", self.type)]
        if self.retry_after > 0:
            found.append(("Retry-After", str(max(1, -int(-self.retry_after // 1)))))
        return found


def of_rule(error: Any) -> Fault:
    """A broken rule of the kernel as a fault (规则错误转故障): its sentence says what to mend."""
    type_ = RULES.get(error.rule, "")
    if not type_:
        type_ = "Client.GrantRefused" if error.rule.startswith("grant.") else "Client.BadFilter"
    return Fault(type_, error.message_zh, rule=error.rule)


RULES = {"grant.items": "Client.ItemNotGranted", "filter.item": "Client.ItemNotGranted"}
