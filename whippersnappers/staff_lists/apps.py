from django.apps import AppConfig


class StaffListsConfig(AppConfig):
    name = "whippersnappers.staff_lists"
    verbose_name = "Lists"
