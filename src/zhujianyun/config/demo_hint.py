"""What a visitor of the demo must know to get in (演示登录提示). Only the demo's settings read it."""

PASSWORD = "Yongjiang-2020-Bridge"
HINT = (
    f"演示账号：leader（厅领导，看大屏）、nanning.clerk（受理）、nanning.chief（签发）；口令都是 {PASSWORD}"
)
HALL_HINT = (
    "演示申请人：13800000001（企业管理员，名下有各种状态的办件）、13800000002（经办人）、"
    f"13800000003（个人，还没有绑定企业）；口令都是 {PASSWORD}"
)
