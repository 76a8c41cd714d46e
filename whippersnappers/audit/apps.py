from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "whippersnappers.audit"
    verbose_name = "Audit trail"
