"""Addresses of the open catalogue for everybody (开放数据网址): the hall's pages, DCAT, the CKAN interface."""

from django.urls import include, path

from zhujianyun.apps.data_catalogue.api import ckan
from zhujianyun.apps.data_catalogue.feeds import export
from zhujianyun.apps.data_catalogue.pages import concerned, opened

pages = [
    path("", opened.home, name="home"),
    path("catalog.ttl", export.catalogue, {"form": "ttl"}, name="catalogue_ttl"),
    path("catalog.jsonld", export.catalogue, {"form": "jsonld"}, name="catalogue_jsonld"),
    path("files/<slug:code>/", opened.download, name="file"),
    path("corrections/", concerned.home, name="corrections"),
    path("corrections/<int:pk>/", concerned.show, name="correction"),
    path("corrections/<int:pk>/<slug:name>/", concerned.do, name="correction_do"),
    path("<slug:name>/correct/", concerned.report, name="correct"),
    path("<slug:name>/", opened.entry, name="entry"),
]
actions = [
    path("api/action/<slug:name>", ckan.action, name="action"),
    path("api/3/action/<slug:name>", ckan.action, name="action3"),
]
urlpatterns = [
    path("hall/data/", include((pages, "open_data"))),
    path("", include((actions, "ckan"))),
]
