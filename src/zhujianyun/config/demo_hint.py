"""What a visitor of the demo must know to get in (演示登录提示). Only the demo's settings read it."""

PASSWORD = "Yongjiang-2020-Bridge"
HINT = (
    f"演示账号：leader（厅领导，看大屏）、nanning.clerk（受理）、nanning.chief（签发）；口令都是 {PASSWORD}"
)
