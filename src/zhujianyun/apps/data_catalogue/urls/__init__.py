"""Addresses of 资源目录 inside the workbench (资源目录网址), behind Wagtail's door."""

from django.urls import path
from django.views.generic import RedirectView
from wagtail.admin.auth import require_admin_access as inside

from zhujianyun.apps.data_catalogue.pages import (
    asking,
    correcting,
    draft,
    entry,
    keys,
    lists,
    reports,
    sharing,
    sheets,
)

app_name = "data_catalogue"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="data_catalogue:entries"), name="home"),
    path("entries/", inside(lists.entries), name="entries"),
    path("entries/new/", inside(draft.new), name="new"),
    path("entries/<int:pk>/", inside(entry.show), name="entry"),
    path("entries/<int:pk>/revise/", inside(entry.revise), name="revise"),
    path("entries/<int:pk>/withdraw/", inside(entry.withdraw), name="withdraw"),
    path("entries/<int:pk>/mount/<slug:kind>/", inside(entry.mount), name="mount"),
    path("mounts/<int:pk>/unmount/", inside(entry.unmount), name="unmount"),
    path("entries/<int:pk>/request/", inside(asking.ask), name="ask"),
    path("requests/", inside(sharing.listing), name="requests"),
    path("requests/<int:pk>/", inside(sharing.show), name="request"),
    path("requests/<int:pk>/supply/", inside(asking.supply), name="request_supply"),
    path("requests/<int:pk>/renew/", inside(asking.renew), name="request_renew"),
    path("requests/<int:pk>/do/<str:name>/", inside(sharing.do), name="request_do"),
    path("requests/<int:pk>/papers/<int:paper>/", inside(sharing.paper), name="request_paper"),
    path("grants/", inside(sharing.grants), name="grants"),
    path("entries/<int:pk>/correct/", inside(correcting.report), name="report_value"),
    path("keys/", inside(keys.home), name="keys"),
    path("keys/<int:pk>/end/", inside(keys.end), name="key_end"),
    path("corrections/", inside(correcting.listing), name="corrections"),
    path("corrections/<int:pk>/", inside(correcting.show), name="correction"),
    path("corrections/<int:pk>/do/<str:name>/", inside(correcting.do), name="correction_do"),
    path("drafts/", inside(lists.drafts), name="drafts"),
    path("drafts/<int:pk>/", inside(draft.edit), name="draft"),
    path("drafts/<int:pk>/do/", inside(draft.do), name="draft_do"),
    path("findings/", inside(lists.findings), name="findings"),
    path("findings/<int:pk>/waive/", inside(lists.waive), name="waive"),
    path("import/", inside(sheets.begin), name="import"),
    path("import/template.xlsx", inside(sheets.template), name="template"),
    path("import/<int:pk>/", inside(sheets.show), name="import_run"),
    path("import/<int:pk>/decide/", inside(sheets.decide), name="import_decide"),
    path("export.xlsx", inside(sheets.export), name="export"),
    path("reports/", inside(reports.home), name="reports"),
    path("reports/now/", inside(reports.now), name="report_now"),
    path("reports/<int:sequence>/", inside(reports.show), name="report"),
    path("reports/<int:sequence>/void/", inside(reports.void), name="report_void"),
    path("reports/<int:sequence>/<slug:part>/", inside(reports.file), name="report_file"),
    path("regulations/", inside(lists.regulations), name="regulations"),
    path("regulations/<int:pk>/file/", inside(lists.regulation_file), name="regulation_file"),
]
