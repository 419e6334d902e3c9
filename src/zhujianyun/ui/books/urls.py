"""Addresses of the books (台账网址), mounted by a hook inside Wagtail's admin."""

from django.urls import path

from zhujianyun.ui.books.figures import pages as figures
from zhujianyun.ui.books.ledger import checking, entries, proving
from zhujianyun.ui.books.outgoing import pages as outgoing
from zhujianyun.ui.books.running import pages as running

app_name = "books"
urlpatterns = [
    path("outbox/", outgoing.index, name="outbox"),
    path("outbox/<int:pk>/", outgoing.show, name="message"),
    path("outbox/<int:pk>/resend/", outgoing.resend, name="resend"),
    path("outbox/<int:pk>/cancel/", outgoing.cancel, name="cancel"),
    path("jobs/", running.index, name="jobs"),
    path("jobs/sweep/", running.sweep, name="sweep"),
    path("jobs/plans/<int:pk>/", running.switch, name="switch"),
    path("jobs/<uuid:pk>/", running.show, name="job"),
    path("jobs/<uuid:pk>/retry/", running.retry, name="retry"),
    path("jobs/<uuid:pk>/cancel/", running.cancel, name="cancel_job"),
    path("journal/", entries.index, name="journal"),
    path("journal/<int:number>/", entries.show, name="entry"),
    path("journal/unsealed/<int:pk>/", entries.unsealed, name="unsealed"),
    path("journal/<int:number>/private/", entries.private, name="private"),
    path("journal/<int:number>/verify/", proving.show, name="prove"),
    path("journal/<int:number>/proof.json", proving.download, name="proof"),
    path("journal/checkpoints/", checking.checkpoints, name="checkpoints"),
    path("journal/verifications/", checking.verifications, name="verifications"),
    path("journal/verifications/<uuid:pk>/", checking.verification, name="verification"),
    path("journal/exports/", checking.export, name="export_journal"),
    path("journal/exports/<uuid:pk>/", checking.exported, name="exported"),
    path("journal/exports/<uuid:pk>/file/", checking.fetch, name="fetch_journal"),
    path("indicators/", figures.index, name="indicators"),
    path("indicators/book.<str:form>", figures.export, name="indicator_book"),
    path("indicators/<str:code>/", figures.show, name="indicator"),
]
