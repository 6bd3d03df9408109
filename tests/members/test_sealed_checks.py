"""What Django's checks say of a sealed column that is declared wrong."""

from django.db import models
from django.test.utils import isolate_apps

from members.sealing.fields import SealedTextField


@isolate_apps("members")
def test_a_sealed_column_cannot_be_indexed_and_names_an_owner():
    class Wrong(models.Model):  # noqa: DJ008
        sealed_with = "customer"
        note = SealedTextField(max_length=10, db_index=True)

        class Meta:
            app_label = "members"

    found = {error.id for error in Wrong._meta.get_field("note").check()}
    assert found == {"sealing.E001", "sealing.E002"}


@isolate_apps("members")
def test_the_owner_stands_before_what_it_seals():
    class Late(models.Model):  # noqa: DJ008
        note = SealedTextField(max_length=10)
        member = models.ForeignKey("members.Member", models.CASCADE)

        class Meta:
            app_label = "members"

    assert [error.id for error in Late._meta.get_field("note").check()] == ["sealing.E002"]
