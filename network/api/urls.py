from django.urls import path

from members.exports import BOARDS, ORGANISATIONS, PEOPLE, REGIONAL_NETWORKS
from network.api.views import ExportRows, Schema, page

LISTS = {
    "people": PEOPLE,
    "organisations": ORGANISATIONS,
    "regional-networks": REGIONAL_NETWORKS,
    "offices": BOARDS,
}

urlpatterns = [
    path("api/schema/", page(Schema.as_view(), Schema.permission), name="api-schema"),
    *(
        path(
            f"api/v1/{name}/",
            page(ExportRows.as_view(export=export), ExportRows.permission),
            name=f"api-{name}",
        )
        for name, export in LISTS.items()
    ),
]
