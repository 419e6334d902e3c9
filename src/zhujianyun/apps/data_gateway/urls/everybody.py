"""The address in the hall at which a person sees who read his record (大厅网址)."""

from django.urls import include, path

from zhujianyun.apps.data_gateway.pages import reading

pages = [path("", reading.mine, name="home")]
urlpatterns = [path("hall/reads/", include((pages, "own_reads")))]
