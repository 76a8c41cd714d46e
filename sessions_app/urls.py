"""Addresses of the pages about sessions."""

from django.urls import path

from sessions_app import staff_feed
from sessions_app.console import attendance, checklist, deciding, meeting, pages, pressing, recording
from sessions_app.live import webhook
from sessions_app.my_data import portal as my_data
from sessions_app.portal import agreement, calendar, feedback, helping, home, join, photos, pictures, places, sessions

urlpatterns = [
    path("zoom/webhook/", webhook.zoom_webhook, name="zoom_webhook"),
    path("portal/", home.home, name="portal"),
    path("portal/sessions/", sessions.sessions, name="portal_sessions"),
    path("portal/sessions/<uuid:pk>/", sessions.session, name="portal_session"),
    path("portal/sessions/<uuid:pk>/answer/", sessions.answer, name="portal_answer"),
    path("portal/sessions/<uuid:pk>/ready/", sessions.ready, name="portal_ready"),
    path("portal/sessions/<uuid:pk>/session.ics", calendar.session_ics, name="portal_session_ics"),
    path("portal/sessions/<uuid:pk>/how-it-was/later/", feedback.not_now, name="portal_feedback_later"),
    path("portal/sessions/<uuid:pk>/how-it-was/<uuid:place>/", feedback.by_guardian, name="portal_feedback"),
    path("portal/sessions/<uuid:pk>/how-it-was/<uuid:place>/child/", feedback.by_child, name="portal_feedback_child"),
    path("portal/sessions/<uuid:pk>/pictures/", pictures.pictures, name="portal_pictures"),
    path("portal/sessions/<uuid:pk>/pictures.pdf", pictures.pictures_pdf, name="portal_pictures_pdf"),
    path("portal/calendar/", calendar.calendar, name="portal_calendar"),
    path("portal/agreement/", agreement.agreement, name="portal_agreement"),
    path("portal/agreement/<int:version>/", agreement.signed_copy, name="portal_agreement_copy"),
    path("portal/staff/<uuid:pk>.jpg", photos.staff_photo, name="portal_staff_photo"),
    path("calendar/<str:token>.ics", calendar.feed, name="family_feed"),
    path("portal/my-data/", my_data.my_data, name="portal_my_data"),
    path("portal/my-data/all/", my_data.everything, name="portal_my_data_all"),
    path("portal/my-data/page/", my_data.as_page, name="portal_my_data_page"),
    path("portal/my-data/file/", my_data.as_data, name="portal_my_data_file"),
    path("portal/my-data/sent/<uuid:pk>/", my_data.sent, name="portal_my_data_sent"),
    path("rota/<str:token>.ics", staff_feed.rota_feed, name="rota_feed"),
    path("live/<uuid:pk>/", pages.console, name="live_console"),
    path("live/<uuid:pk>/now/", pages.live, name="live_now"),
    path("live/<uuid:pk>/checklist/", checklist.answered, name="live_checklist"),
    path("live/<uuid:pk>/presses/", pressing.pressed, name="live_presses"),
    path("live/<uuid:pk>/start/", meeting.start, name="live_start"),
    path("live/<uuid:pk>/enter/", meeting.enter, name="live_enter"),
    path("live/<uuid:pk>/end/", meeting.end, name="live_end_meeting"),
    path("live/<uuid:pk>/door/", deciding.pressed, name="live_decide"),
    path("live/<uuid:pk>/door/<uuid:stay>/", deciding.choose, name="live_door"),
    path("live/<uuid:pk>/recording/", recording.pressed, name="live_recording"),
    path("live/<uuid:pk>/recording/start/", recording.start, name="live_recording_start"),
    path("live/<uuid:pk>/attendance/", attendance.attendance, name="live_attendance"),
    path("place/<str:token>/", places.place, name="place"),
    path("join/<str:token>/pictures/", pictures.join_pictures, name="join_pictures"),
    path("join/<str:token>/pictures.pdf", pictures.join_pictures_pdf, name="join_pictures_pdf"),
    path("join/<str:token>/help/", helping.join_help, name="join_help"),
    path("join/<str:token>/answer/", join.answer, name="join_answer"),
    path("join/<str:token>/", join.join, name="join"),
]
