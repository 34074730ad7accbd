"""Parts of calendars in the API."""

from rest_framework import serializers


class Blocks(serializers.ListField):
    """Open hours of a day."""

    child = serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2)
