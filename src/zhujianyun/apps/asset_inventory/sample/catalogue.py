"""The systems of the demo (演示系统): generic names, whose they are, and what becomes of them in 2020.

Traits: m moved to the cloud by plan, s handles government services, b born on the cloud,
n run nationally by the ministry, r no level filed, k no backup, c certificate probe.
"""

from __future__ import annotations

from dataclasses import dataclass

LIVE = """
housing_security|城镇住房保障管理信息系统|zfbz|ms|公租房申请、轮候、配租和租后管理
old_estates|城镇老旧小区改造项目管理系统|csjs|m|老旧小区改造项目进度和资金
online_signing|商品房网签备案系统|fdc|ms|商品房买卖合同网签和备案
presale_funds|商品房预售资金监管系统|fdc|m|预售资金账户和拨付监管
market_daily|房地产市场日报系统|fdc|m|各市房地产市场日报汇总
rental_service|住房租赁服务平台|fdc|ms|租赁房源发布和合同备案
property_service|物业服务监管系统|fdc|m|物业企业和项目监管
fund_supervision|住房公积金监管系统|gjj|mc|公积金缴存、提取和贷款监管
fund_service|住房公积金综合服务平台|gjj|msc|公积金网上办理
urban_projects|市政建设项目管理系统|csjs|m|市政项目节点和投资
urban_statistics|城乡建设统计报表系统|csjs|n|城乡建设统计年报
water_quality|城镇供水水质监测系统|csjs|m|供水水质监测
sewage|城镇污水处理信息系统|csjs|n|污水处理设施运行
black_water|黑臭水体整治监管系统|csjs|m|黑臭水体整治进度
sponge_city|海绵城市项目管理系统|csjs|mr|海绵城市建设项目
city_management|城市综合管理服务平台|csgl|m|城市管理案件派遣和处置
gas_safety|城镇燃气安全监管系统|csgl|m|燃气企业、场站和隐患
waste_sorting|生活垃圾分类管理系统|csgl|mr|生活垃圾分类进展
city_lighting|城市照明监管系统|csgl|mk|照明设施运行
rural_houses|农村房屋安全管理系统|czjs|m|农房安全排查和鉴定
rural_rebuild|农村危房改造信息系统|czjs|n|危房改造任务和验收
villages|传统村落管理系统|czjs|mk|传统村落档案
town_building|小城镇建设项目管理系统|czjs|m|小城镇建设项目
historic_cities|历史文化名城保护信息系统|lsmc|mr|名城名镇名村保护
building_market|建筑市场监管平台|jzsc|m|企业、人员、项目、诚信四库一平台
qualification|建筑业企业资质申报系统|jzsc|ms|资质申报和审批
constructors|二级建造师注册管理系统|jzsc|ms|二级建造师注册
safety_officers|安全生产管理人员考核系统|zlaq|ms|三类人员考核发证
attendance|建筑工人实名制管理系统|jzsc|m|工人实名和考勤
bidding|招标投标监管系统|jzsc|m|招标投标活动监管
credit|住建信用信息平台|jzsc|m|信用信息归集和公示
site_safety|工程质量安全监管系统|zlaq|m|质量安全监督
cranes|建筑起重机械备案系统|zlaq|ms|起重机械备案和使用登记
testing_bodies|工程质量检测监管系统|zlaq|m|检测机构和报告
drawing_review|施工图审查管理系统|kjsj|ms|施工图审查
green_building|绿色建筑标识管理系统|kjsj|m|绿色建筑标识
energy_saving|建筑节能监测系统|kjsj|m|公共建筑能耗监测
fire_review|消防审验系统|xf|b|消防设计审查、验收和备案
approval|行政审批管理系统|xzsp|ms|行政审批事项办理
e_licence|电子证照系统|xzsp|msc|电子证照制发和推送
project_approval|工程建设项目审批监管系统|xzsp|ms|工程建设项目审批全过程监管
exchange|数据共享交换平台|xxzx|m|内外部数据共享交换
catalogue|公共数据资源目录系统|xxzx|m|数据目录和挂载
sign_on|统一身份认证平台|xxzx|mc|统一登录和账号
portal|门户网站|xxzx|mc|政务公开和互动
hotline|工单办理系统|xxzx|m|热线工单办理
endpoints|终端安全管理系统|xxzx|m|办公终端安全
vulnerabilities|漏洞扫描平台|xxzx|m|系统漏洞扫描
office_work|办公自动化系统|bgs|m|公文和事务办理
archives|电子档案管理系统|bgs|b|档案归档和利用
finance|财务管理系统|jhcw|m|预算和核算
personnel|人事管理系统|rsjy|m|机构和人员
standards|标准定额信息服务系统|bzde|m|标准、定额和造价信息
"""
# code | name | office | traits | purpose | successor ("" retired without one) | month in which it ended
ENDED = """
old_signing|商品房网签备案系统（2012版）|fdc|m|旧版网签|online_signing|7
old_market|建筑市场诚信信息系统|jzsc|m|诚信信息|credit|8
old_safety|安全生产许可证管理系统|zlaq|m|安全生产许可证|site_safety|9
old_portal|村镇建设信息网|czjs|m|专题网站|portal|9
old_energy|可再生能源示范项目系统|kjsj|m|示范项目管理|energy_saving|10
old_approval|行政许可网上申报系统|xzsp|m|网上申报|approval|10
old_fund|住房公积金数据上报系统|gjj|m|数据上报|fund_supervision|10
old_statistics|保障性安居工程报表系统|zfbz|m|报表|housing_security|11
old_meeting|视频会议预约系统|bgs|m|会议预约||11
old_training|从业人员继续教育系统|rsjy|m|继续教育||11
old_mail|内部邮件系统|xxzx|m|内部邮件|office_work|12
"""
HUB, LOGIN = "exchange", "sign_on"
# both ways with the hub: linked, and the hub with them
BOTH_WAYS = ("building_market", "project_approval", "housing_security", "e_licence")
SIGNED_ON = ("approval",)  # single sign-on and data to the hub: linked
ONE_WAY = (
    "online_signing", "fund_service", "qualification", "drawing_review", "site_safety", "rural_houses",
    "city_management", "credit", "attendance", "fire_review", "catalogue", "portal", "hotline", "market_daily",
    "constructors", "safety_officers", "cranes", "testing_bodies", "bidding", "gas_safety", "old_estates",
)  # fmt: skip
LOGIN_ONLY = ("office_work", "finance", "personnel", "standards", "green_building")
# what the demo's neighbours do wrong: code → behaviour of its page
FAULTS = {
    "gas_safety": "error",
    "villages": "hang",
    "black_water": "pretend",
    "attendance": "refuse",
    "urban_projects": "slow",
}
EXPIRING = {"fund_supervision": 6}  # code → days left on the certificate
TWINS = {
    "建筑企业基本信息": (
        ("building_market", "qualification", "bidding"),
        ("企业名称", "统一社会信用代码", "法定代表人", "资质类别", "资质等级"),
    ),
    "农房基本信息": (
        ("rural_houses", "rural_rebuild"),
        ("户主", "房屋坐落", "建筑面积", "结构类型", "建成年份"),
    ),
}
NETWORKS = (
    ("internet", "互联网", "internet"),
    ("government", "电子政务外网", "government"),
    ("fund_net", "住房公积金业务专网", "special"),
    ("housing_net", "住房保障业务专网", "special"),
)
CLOUD = ("gov_cloud", "自治区政务云", "自治区大数据部门")
FIRMS = tuple(
    f"{place}{trade}有限公司"
    for place in ("桂信", "邕云", "南数", "八桂智联", "漓江软件", "北部湾数字")
    for trade in ("科技", "信息技术")
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One system of the demo (演示系统)."""

    code: str
    name: str
    office: str
    traits: str
    purpose: str
    successor: str = ""
    ends_in: int = 0


def systems() -> list[Planned]:
    """All systems of the demo, those that end in the year included (全部演示系统)."""
    live = [Planned(*_fields(line)) for line in LIVE.split("\n") if line]
    ended = []
    for line in filter(None, ENDED.split("\n")):
        code, name, office, traits, purpose, successor, month = line.split("|")
        ended.append(Planned(code, name, f"450000-{office}", traits, purpose, successor, int(month)))
    return live + ended


def _fields(line: str) -> tuple[str, str, str, str, str]:
    code, name, office, traits, purpose = line.split("|")
    return code, name, f"450000-{office}", traits, purpose
