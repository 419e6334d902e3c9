"""``python -m zhujianyun.apps.data_gateway.api.proxy`` (启动接口代理)."""

from zhujianyun.apps.data_gateway.api.proxy.serving import main

main()
