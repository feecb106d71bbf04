"""One field for everything: each list that can be searched answers with its first rows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.access import Permission
from network.base.access import can, requires
from network.base.contracts import declared
from network.base.listing import SEARCH, found_in

MOST_ROWS, COLUMNS_SHOWN, LONGEST = 8, 4, 100


@require_safe
@requires(Permission.STAFF_HOME)
def search(request: HttpRequest) -> HttpResponse:
    """What she may see of a name, a document or a phone, list by list."""
    text = request.GET.get(SEARCH, "").strip()[:LONGEST]
    lists = [
        export
        for export in declared("exports").values()
        if export.search and export.list_url_name and can(request.user, export.permission)
    ]
    groups = [
        group
        for export in lists
        if text
        and (
            group := found_in(
                export, request.user, text, most=MOST_ROWS, column_count=COLUMNS_SHOWN
            )
        )
    ]
    context = {
        "text": text,
        "groups": groups,
        "lists": [export.title for export in lists],
        "sees_people": can(request.user, Permission.PERSON_VIEW),
    }
    return render(request, "home/search.html", context)
