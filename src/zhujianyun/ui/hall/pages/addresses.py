"""Addresses of the applicant's own pages (申请人网址)."""

from __future__ import annotations

from django.urls import path

from zhujianyun.ui.hall.pages import account, applying, entering, enterprises, services, tracking, uploads

urlpatterns = [
    path("signin/", entering.sign_in, name="signin"),
    path("signout/", entering.sign_out, name="signout"),
    path("register/", entering.register, name="register"),
    path("forgotten/", entering.forgotten, name="forgotten"),
    path("account/", account.show, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/phone/", account.phone, name="phone"),
    path("account/email/", account.email, name="email"),
    path("account/close/", account.close, name="close"),
    path("account/everywhere/", account.everywhere, name="everywhere"),
    path("enterprises/", enterprises.index, name="enterprises"),
    path("enterprises/claim/", enterprises.claim, name="claim"),
    path("enterprises/stand/", enterprises.stand, name="stand"),
    path("enterprises/<int:subject>/authorise/", enterprises.authorise, name="authorise"),
    path("enterprises/agency/<int:pk>/", enterprises.decide, name="agency"),
    path("services/", services.index, name="services"),
    path("services/check/", services.check, name="check"),
    path("services/<slug:process>/", services.show, name="service"),
    path("services/<slug:process>/definition.yaml", services.definition, name="definition"),
    path("services/<slug:process>/start/", services.start, name="start"),
    path("applications/<slug:uid>/", applying.edit, name="application"),
    path("applications/<slug:uid>/summary/", applying.summary, name="summary"),
    path("applications/<slug:uid>/receipt/", applying.receipt, name="receipt"),
    path("applications/<slug:uid>/drop/", applying.drop, name="drop"),
    path("applications/<slug:uid>/uploads/", uploads.create, name="uploads"),
    path("applications/<slug:uid>/uploads/<slug:upload>/", uploads.one, name="upload"),
    path("applications/<slug:uid>/remove/", uploads.remove, name="remove"),
    path("mine/", tracking.index, name="mine"),
    path("mine/<str:number>/", tracking.show, name="case"),
    path("mine/<str:number>/do/<slug:action>/", tracking.act, name="act"),
    path("mine/<str:number>/proof.json", tracking.proof, name="proof"),
    path("mine/<str:number>/papers/<int:pk>.pdf", tracking.paper, name="paper"),
    path("mine/<str:number>/documents/<int:pk>/", tracking.document, name="document"),
    path("track/", tracking.track, name="track"),
]
