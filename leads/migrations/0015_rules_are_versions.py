from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "0014_first_published_rules")]

    operations = [migrations.DeleteModel(name="RoutingRule")]
