"""Workers know every order that beat gives: one that they do not know is thrown away unread."""

from django.conf import settings

from leadbridge.celery import rooms


def test_workers_look_for_tasks_where_every_order_of_beat_has_its_own() -> None:
    found = rooms()
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        room, _, _ = str(entry["task"]).rpartition(".tasks.")
        assert room in found, f"{name}: no worker imports {room}.tasks"
