"""`python -m zhujianyun`: the same command as `zhujianyun`."""

from zhujianyun.config.cli import main

raise SystemExit(main())
