"""Addresses of the pages about worries and concerns."""

from django.urls import path

from safeguarding import portal
from safeguarding.dashboard import (
    alerts,
    bundles,
    concern,
    destroyed,
    figures,
    files,
    histories,
    home,
    left,
    paper,
    search,
    stepping,
)
from safeguarding.reporting import alert_page, own_pages, paper_pages, raising_pages

urlpatterns = [
    path("worried/", portal.worried, name="portal_worried"),
    path("worried/sent/", portal.sent, name="portal_worried_sent"),
    path("concern/", raising_pages.anywhere, name="concern_raise"),
    path("concern/session/<uuid:pk>/", raising_pages.from_session, name="concern_raise_session"),
    path("concern/paper/", paper_pages.blank, name="concern_paper"),
    path("concern/draft/<uuid:pk>/", raising_pages.draft, name="concern_draft"),
    path("concern/draft/<uuid:pk>/throw-away/", raising_pages.thrown_away, name="concern_draft_thrown_away"),
    path("concern/sent/", raising_pages.sent, name="concern_sent"),
    path("concern/mine/", own_pages.mine, name="concern_mine"),
    path("concern/mine/<uuid:pk>/", own_pages.own, name="concern_own"),
    path("concern/mine/<uuid:pk>/files/<uuid:file>/", own_pages.own_file, name="concern_own_file"),
    path("safeguarding/", home.home, name="safeguarding_home"),
    path("safeguarding/paper/", paper.paper, name="safeguarding_paper"),
    path("safeguarding/concerns/", search.search, name="safeguarding_search"),
    path("safeguarding/concerns/<uuid:pk>/", concern.concern, name="safeguarding_concern"),
    path("safeguarding/concerns/<uuid:pk>/bundle/", bundles.choose, name="safeguarding_bundle"),
    path("safeguarding/concerns/<uuid:pk>/bundle/look/", bundles.look, name="safeguarding_bundle_look"),
    path("safeguarding/concerns/<uuid:pk>/bundle/to/", bundles.to_whom, name="safeguarding_bundle_to"),
    path("safeguarding/concerns/<uuid:pk>/bundle/send/", bundles.send, name="safeguarding_bundle_send"),
    path("safeguarding/concerns/<uuid:pk>/left/<uuid:disclosure>/", left.sent, name="safeguarding_sent"),
    path("safeguarding/concerns/<uuid:pk>/left/<uuid:disclosure>/file/", left.take, name="safeguarding_sent_file"),
    path("safeguarding/concerns/<uuid:pk>/<slug:name>/", stepping.step, name="safeguarding_step"),
    path("safeguarding/concerns/<uuid:pk>/actions/<uuid:action>/", stepping.action, name="safeguarding_action"),
    path("safeguarding/concerns/<uuid:pk>/referrals/<uuid:referral>/", stepping.answer, name="safeguarding_answer"),
    path("safeguarding/concerns/<uuid:pk>/alerts/<uuid:alert>/", alerts.withdraw, name="safeguarding_alert_withdraw"),
    path("to-read/<uuid:pk>/", alert_page.alert, name="staff_alert"),
    path("safeguarding/destroyed/", destroyed.destroyed, name="safeguarding_destroyed"),
    path("safeguarding/figures/", figures.figures, name="safeguarding_figures"),
    path("safeguarding/figures/<slug:form>/", figures.file, name="safeguarding_figures_file"),
    path("safeguarding/left/", left.disclosures, name="safeguarding_disclosures"),
    path("safeguarding/concerns/<uuid:pk>/files/<uuid:file>/", files.file, name="safeguarding_file"),
    path("safeguarding/concerns/<uuid:pk>/links/<uuid:other>/", stepping.part, name="safeguarding_part"),
    path("safeguarding/children/<uuid:pk>/", histories.child, name="safeguarding_child"),
    path("safeguarding/people/<uuid:pk>/", histories.person, name="safeguarding_person"),
]
