"""The words of the reference that the code does not carry itself (参考手册用语)."""

DUTIES = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}
KINDS = {"flow": "流量", "stock": "存量", "ratio": "比率", "duration": "时长", "external": "外部评定"}
TYPES = {
    "text": "文字", "int": "整数", "decimal": "小数", "bool": "是否", "date": "日期", "choice": "选择", "list": "列表",
}  # fmt: skip

INDEX = {
    "commands.md": "命令行的全部命令与参数",
    "apps.md": "每个应用提供什么、需要什么，权限与角色",
    "processes.md": "每个流程的版本与有效期",
    "indicators.md": "每个指标的名称、单位、口径",
    "screens.md": "每块屏幕挂哪些指标",
    "verbs.md": "留痕里会出现的行为",
    "settings.md": "环境变量与配置项",
    "data-files.md": "法规、日历、区划数据的来源与核对情况",
}

PROCESSES = (
    "办件按开始时有效的版本走到底。性质写“待核对”的时限，数字尚未与法规原文核对，核对之前不得称作“法定”。"
    "用 `zhujianyun process draw 流程 --output 图.svg` 画状态图。"
)
INDICATORS = (
    "数字与清单出自同一个条件：清单有多少条，数字就是多少。口径版本由口径文字和计数代码算出，改口径就换版本。"
)
SCREENS = "屏幕是 24 列 × 12 行的网格；位置依次为列、行、宽×高，从 0 数起。屏幕文件里没有数字，也没有查询。"
VERBS = (
    "每个改变、每次查阅个人信息都留一条痕。`…` 处是运行时才知道的词，例如流程名。"
    "应用可用 `case.*` 这样的前缀订阅。"
)
# Verbs with a hole; all others are called as the book of the journal calls them.
VERBS_ZH = {
    "data_gateway.key.…": "发放、轮换调用密钥",
    "….refused": "台账查阅被拒",
}
SETTINGS = "平台只从这些环境变量读配置。生产环境没有设置必填项时拒绝启动，并说明缺哪一项。"
DATA = "法规里的数字都是带日期和来源的数据行，不写在代码里。怎样编制、怎样更正见[说明](../../src/zhujianyun/data/README.md)。"

# Every name ZJY_… that the source reads: (where it is set, Chinese explanation).
ENVIRONMENT, SETTING, INNER = "环境变量", "配置项", "内部"
ZJY = {
    "ZJY_VAR": (ENVIRONMENT, "数据目录：数据库、文件、密钥、检查点、日志都在其中。缺省 `var`；生产必填，须在备份范围内"),
    "ZJY_SECRET_KEY": (ENVIRONMENT, "会话与签名的密钥，至少 50 个随机字符。生产必填；演示环境自动生成并存入数据目录"),
    "ZJY_HOSTS": (ENVIRONMENT, "对外域名，以逗号分隔。生产必填；缺省 `localhost,127.0.0.1`"),
    "ZJY_DATABASE": (ENVIRONMENT, "PostgreSQL 地址，形如 `postgresql://用户:口令@主机:5432/库名`；不设则用数据目录里的 SQLite"),
    "ZJY_BASE_URL": (ENVIRONMENT, "通知里写的网址，缺省 `http://localhost:8000`"),
    "ZJY_GATEWAY_URL": (ENVIRONMENT, "浏览器访问共享接口和实时推送的地址；`:8001` 表示同一主机的另一端口，空表示同源"),
    "ZJY_BEHIND_PROXY": (ENVIRONMENT, "设为任意值表示前面有反向代理，信任它写的 `X-Forwarded-Proto`；没有代理时不要设"),
    "ZJY_SECURITY_PROFILE": (ENVIRONMENT, "口令策略：`mlps3`（等保三级：须含三类字符、90 天更换，缺省）或 `asvs`（12 位以上，不强制更换）"),
    "ZJY_APP_FOLDERS": (ENVIRONMENT, "外来应用的文件夹，多个以冒号分隔；每个文件夹里须有 `manifest.py`"),
    "ZJY_HOST": (ENVIRONMENT, "`zhujianyun demo` 的监听地址，缺省 `127.0.0.1`"),
    "ZJY_TRACEBACK": (ENVIRONMENT, "设为任意值时，命令行遇内部错误打印完整调用栈，供开发者用"),
    "ZJY_JOURNAL_HASH": (SETTING, "新建留痕库的杂凑算法：`sha256`（缺省）或 `sm3`；已有的库不变"),
    "ZJY_JOURNAL_TRUSTED_KEYS": (SETTING, "以前主机的检查点公钥（PEM），核验旧检查点时用"),
    "ZJY_CIPHERS": (SETTING, "新密钥的算法：`international`（Ed25519、AES-GCM，缺省）或 `national`（SM2、SM4）"),
    "ZJY_PASSWORD_DAYS": (SETTING, "口令有效天数，覆盖所选口令策略的规定；`0` 表示不过期"),
    "ZJY_PASSWORD_WORDS": (SETTING, "口令里不许出现的词，例如单位名称"),
    "ZJY_SECOND_FACTOR_FOR_OFFICERS": (SETTING, "三员登录是否必须绑定动态口令，缺省是"),
    "ZJY_IDLE_MINUTES": (SETTING, "多少分钟没有操作就要重新登录，缺省 30"),
    "ZJY_ACCOUNT_FAILURES": (SETTING, "同一账号连续登录失败几次后锁定 30 分钟，缺省 5"),
    "ZJY_ADDRESS_FAILURES": (SETTING, "同一网络地址登录失败几次后锁定 30 分钟，缺省 30"),
    "ZJY_CA_FILE": (SETTING, "内网根证书文件，向外调用时用"),
    "ZJY_FILES": (INNER, "存储文件的文件夹，由 `ZJY_VAR` 得出"),
    "ZJY_KEYS": (INNER, "密钥文件夹，由 `ZJY_VAR` 得出；文件权限 0600"),
    "ZJY_CHECKPOINTS": (INNER, "库外检查点文件夹，由 `ZJY_VAR` 得出"),
    "ZJY_ROSTER": (INNER, "找到的应用，由入口点和 `ZJY_APP_FOLDERS` 得出"),
    "ZJY_DEMO_HINT": (INNER, "演示环境登录页上的提示；生产配置里没有"),
    "ZJY_DEMO": (INNER, "是否演示环境，由所选的配置文件决定"),
    "ZJY_EXPORTS": (INNER, "导出文件的文件夹，由 `ZJY_VAR` 得出；七天后清除"),
    "ZJY_HALL_DEMO_HINT": (INNER, "演示环境办事大厅登录页上的提示；生产配置里没有"),
    "ZJY_HALL_TRUSTS_NEW_ENTERPRISES": (SETTING, "企业绑定后不经核验即可办事，缺省否；只供演示"),
    "ZJY_LAKE": (INNER, "归集数据的文件夹，由 `ZJY_VAR` 得出"),
    "ZJY_LAKE_ENGINE": (ENVIRONMENT, "归集数据的计算引擎：`duckdb`（缺省）或 `spark`"),
    "ZJY_SPARK_MASTER": (ENVIRONMENT, "Spark 主节点地址，缺省 `local[2]`"),
    "ZJY_SPARK": (SETTING, "Spark 会话的其他参数"),
    "ZJY_OUTBOX": (SETTING, "各渠道的发送方式，由下面几项得出"),
    "ZJY_OUTBOX_FILE": (ENVIRONMENT, "群机器人和短信服务的地址与凭据，JSON 文件，只许平台账号读取"),
    "ZJY_OUTBOX_EMAIL": (ENVIRONMENT, "电子邮件：`off`（不外发，缺省）、`console`（只显示）或 `smtp`"),
    "ZJY_OUTBOX_LIMITS": (SETTING, "同一收件人每个渠道的发送上限，形如 `10/3600`（每 3600 秒 10 条）"),
    "ZJY_OUTBOX_KEEP_DAYS": (ENVIRONMENT, "外发消息保留天数，缺省 183"),
    "ZJY_GATEWAY_INSTANCE": (ENVIRONMENT, "共享地址的第一段，缺省 `GX`"),
    "ZJY_GATEWAY_LOOKUPS_PER_HOUR": (
        ENVIRONMENT, "含个人信息的授权每小时逐条查询（按号码查一人一户）的上限，缺省 1000，0 不限；授权自己写明的优先",
    ),
    "ZJY_GATEWAY_TRUSTED": (ENVIRONMENT, "自有前置服务器的网段，以逗号分隔，例如 `127.0.0.1/32`；来自它们的调用取 `X-Forwarded-For` 最后一个为来源地址，缺省无"),
    "ZJY_SERVING": (INNER, "供数文件、运行策略和调用日志的文件夹，由 `ZJY_VAR` 得出；监督进程把它告诉两个接口进程"),
    "ZJY_TABLE_PLANE": (ENVIRONMENT, "库表接口在内部的地址，缺省为本机、网站端口加 2"),
    "ZJY_PROXY_PLANE": (ENVIRONMENT, "接口代理在内部的地址，缺省为本机、网站端口加 3"),
    "ZJY_SHARED_ADDRESS": (ENVIRONMENT, "对使用方公布的共享接口地址，即前置服务器的地址，例如 `https://share.example.gov.cn`；缺省为两个接口各自的地址"),
    "ZJY_REGIONAL_DROP": (ENVIRONMENT, "与自治区平台交换文件的目录，缺省在数据目录下；设为空即不上报"),
    "ZJY_REGIONAL_KEY": (ENVIRONMENT, "自治区平台回执的验签公钥文件（PEM，可含多把），缺省为数据目录下的 `regional-platform.pem`"),
    "ZJY_SOURCES": (INNER, "演示中模拟业务系统所在目录，由 `ZJY_VAR` 得出"),
    "ZJY_SOURCE_FOLDERS": (ENVIRONMENT, "数据源文件可在的投放目录，多个以冒号分隔，缺省为数据目录下的 `drops`"),
    "ZJY_SOURCE_RANGES": (ENVIRONMENT, "数据源可在的内网网段，以逗号分隔，缺省无"),
    "ZJY_BIDDING_PORT": (SETTING, "演示：招标投标模拟接口的端口，缺省 18640"),
    "ZJY_DEPARTMENTS_PORT": (SETTING, "演示：三部门模拟接口的端口，缺省 18690"),
    "ZJY_KEY": (ENVIRONMENT, "仅见于接口说明页的 curl 示例：使用方把密钥放在自己机器的这个变量里，平台不读"),
    "ZJY_TEST_POSTGRES": (ENVIRONMENT, "模拟业务系统和测试用的 PostgreSQL 地址，由 `scripts/with-services` 设定；不设则模拟系统用 SQLite，相应测试跳过"),
    "ZJY_TEST_MARIADB": (ENVIRONMENT, "模拟业务系统和测试用的 MariaDB 地址，同上"),
    "ZJY_SMTP_HOST": (ENVIRONMENT, "发信服务器，缺省 `localhost`"),
    "ZJY_SMTP_PORT": (ENVIRONMENT, "发信服务器端口，缺省 465"),
    "ZJY_SMTP_USER": (ENVIRONMENT, "发信账号"),
    "ZJY_SMTP_PASSWORD": (ENVIRONMENT, "发信口令"),
    "ZJY_SMTP_SECURITY": (ENVIRONMENT, "发信加密：`ssl`（缺省）、`starttls` 或 `none`"),
    "ZJY_SMTP_FROM": (ENVIRONMENT, "发信地址"),
    "ZJY_PAPER_CHECK_URL": (INNER, "印在文书上的核验地址，由 `ZJY_BASE_URL` 得出"),
    "ZJY_SEAL_LABELS": (SETTING, "文书封签的密钥名，第一个用来签，其余只用来验"),
    "ZJY_PROBED_PORT": (ENVIRONMENT, "演示中扮演被探测系统的本地服务，从这个端口起用四个，缺省 18620；在首次准备演示之前设定，此后地址已记入台账"),
    "ZJY_PROBE_RANGES": (SETTING, "探测可以到达的内网网段；页面上登记的网段另计"),
    "ZJY_SCREEN_LOCK_MINUTES": (SETTING, "布局编辑锁多少分钟没有动作即可接管，缺省 10"),
    "ZJY_WALL_REFRESH_SECONDS": (SETTING, "大屏每隔多少秒取一次数据，缺省 15"),
}  # fmt: skip
