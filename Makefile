# 住建云: two commands for a newcomer: `make demo` and `make test`.

PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
PIP     = $(BIN)/python -m pip --disable-pip-version-check -q

export PYTHONDONTWRITEBYTECODE =

.PHONY: help install demo demo-reset test test-slow test-browser test-postgres test-spark services check conformance yearbook screenshots reference bench clean

help:            ## 显示可用命令
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 24

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本：请安装后用 make PYTHON=/路径/python3.11 重试。"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "缺少 venv 模块：请先执行 apt install python3-venv。"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "正在安装依赖（约一分钟）……"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@$(PIP) install -c constraints.txt -e ".[dev]"
	@touch $@

install: $(VENV)/.ready  ## 只建立运行环境

demo: $(VENV)/.ready  ## 建库、演完 2020 年、启动全部进程（再次执行则沿用已有数据）
	@$(BIN)/zhujianyun demo $(DEMO_ARGS)

demo-reset: $(VENV)/.ready  ## 清空演示数据，从头再来
	@$(BIN)/zhujianyun demo --reset $(DEMO_ARGS)

test: $(VENV)/.ready-dev  ## 全部日常测试（另有 test-slow、test-browser、test-postgres）
	@$(BIN)/pytest -n 2 --dist loadfile -m "not browser and not postgres and not slow" $(TEST_ARGS)

test-slow: $(VENV)/.ready-dev  ## 断电、抢办、监督进程等较慢的测试
	@$(BIN)/pytest -n 2 --dist loadfile -m "slow and not browser and not postgres" $(TEST_ARGS)

test-browser: $(VENV)/.ready-dev  ## 浏览器测试（自动安装 Debian 的 Chromium）
	@scripts/need chromium chromium fonts-noto-cjk
	@scripts/need-axe
	@$(BIN)/pytest -m browser tests/stories $(TEST_ARGS)

test-postgres: $(VENV)/.ready-dev  ## 在 PostgreSQL 上再跑一遍（自动安装并在私有端口启动）
	@scripts/need pg_config postgresql
	@scripts/with-postgres $(BIN)/pytest -n 2 --dist loadfile -m "not browser and not sqlite" src tests/postgres $(TEST_ARGS)

test-spark:      ## 归集指标在 Spark 小集群上与 DuckDB 逐项对照（装入 .venv-spark，约 430 MB）
	@scripts/need java openjdk-17-jre-headless
	@$(MAKE) --no-print-directory VENV=$(VENV)-spark $(VENV)-spark/.ready-dev
	@$(VENV)-spark/bin/python -c 'import pyspark' 2>/dev/null || $(VENV)-spark/bin/python -m pip --disable-pip-version-check -q install -c constraints.txt -e ".[spark]"
	@scripts/with-spark $(VENV)-spark/bin/pytest -m spark tests/spark $(TEST_ARGS)

services:        ## 在私有端口启动 PostgreSQL 与 MariaDB（接入测试用，自动安装，Ctrl-C 结束）
	@scripts/need pg_config postgresql
	@scripts/need mariadbd mariadb-server
	@scripts/with-services $(SERVICES_FOR)

check: $(VENV)/.ready-dev  ## 格式、规范、类型、导入约定、迁移、词汇表、许可证、部署检查
	@scripts/check $(BIN)

yearbook: $(VENV)/.ready-dev  ## 全量演完 2020 年，逐项核对年鉴数字
	@ZJY_VAR=var/yearbook $(BIN)/zhujianyun demo --no-serve $(DEMO_ARGS)
	@ZJY_FULL_YEAR=$(CURDIR)/var/yearbook $(BIN)/pytest tests/yearbook $(TEST_ARGS)

conformance: $(VENV)/.ready-dev  ## 对照外部标准：目录形状、CKAN 客户端、代码校验、请求摘要、库表和代理的接口说明、拒绝用例
	@$(BIN)/python scripts/conformance.py $(CONFORMANCE_ARGS)

screenshots: $(VENV)/.ready-dev  ## 从运行中的演示（make demo）重拍文档图片
	@scripts/need chromium chromium fonts-noto-cjk
	@$(BIN)/python scripts/screenshots.py

reference: $(VENV)/.ready-dev  ## 由代码重新生成 docs/reference
	@$(BIN)/python scripts/reference.py

bench: $(VENV)/.ready-dev  ## 逐个运行 bench/ 下的基准
	@for b in bench/*.py; do echo "== $$b"; $(BIN)/python $$b || exit 1; done

clean:           ## 删除环境与演示数据
	@rm -rf $(VENV) var .cache
