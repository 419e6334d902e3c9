"""Addresses of the wall (大屏网址)."""

from django.urls import path

from zhujianyun.ui.screen import figure_pages, pages
from zhujianyun.ui.screen.snapshots import pages as snapshots

app_name = "screen"
urlpatterns = [
    path("figure/<str:code>/", figure_pages.figure, name="figure"),
    path("figure/<str:code>/card", figure_pages.card, name="card"),
    path("figure/<str:code>/records.csv", figure_pages.export, name="export"),
    path("ticket", pages.ticket, name="ticket"),
    path("<slug:code>/", pages.show, name="show"),
    path("<slug:code>/frame", pages.frame, name="frame"),
    path("<slug:code>/data", pages.data, name="data"),
    path("<slug:code>/print", snapshots.printed, name="print"),
    path("<slug:code>/snapshot.pdf", snapshots.snapshot, {"kind": "pdf"}, name="snapshot_pdf"),
    path("<slug:code>/snapshot.png", snapshots.snapshot, {"kind": "png"}, name="snapshot_png"),
]
