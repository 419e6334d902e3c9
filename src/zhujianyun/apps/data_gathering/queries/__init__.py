"""What 数据归集 knows (归集查询)."""

VIEW = "data_gathering.view"
RUN = "data_gathering.run"
RULES = "data_gathering.rules"
