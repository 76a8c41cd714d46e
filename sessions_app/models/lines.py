"""What will happen and what to bring, line by line: the same for a session, a series and a kept activity."""

from django.db import models

from sessions_app.picture_library import KEY_LENGTH, PICTURES, Picture, refuse_unknown
from whippersnappers.secret_requests import refuse_secret_requests


class StepLine(models.Model):
    """One step of what will happen, such as "Hello song"."""

    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=80, validators=[refuse_secret_requests])
    detail = models.CharField(max_length=300, blank=True, validators=[refuse_secret_requests])
    # A key of the picture library; empty for a step without a picture.
    picture = models.CharField(max_length=KEY_LENGTH, blank=True, default="", validators=[refuse_unknown])

    class Meta:
        abstract = True
        verbose_name = "step"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def drawn(self) -> Picture | None:
        """The step's picture; None for a step that is shown as a word alone."""
        return PICTURES.get(self.picture)


class ItemLine(models.Model):
    """A prop or material that families need, or may use."""

    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=80, validators=[refuse_secret_requests])
    needed = models.BooleanField("needed", default=True)
    note = models.CharField(max_length=200, blank=True, validators=[refuse_secret_requests])

    class Meta:
        abstract = True
        verbose_name = "prop or material"
        verbose_name_plural = "props and materials"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
