"""What 数据共享 knows (共享接口查询)."""

VIEW = "data_gateway.view"
OPERATE = "data_gateway.operate"
CONSUME = "data_gateway.consume"
