"""The read-only API: each list that may be exported, page by page, in the order of its keys."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.views.decorators.http import require_safe
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from members.access import Permission
from members.api_access import PolicyPermission
from network.api.rows import row_serializer, sources_of
from network.base.access import View
from network.base.contracts import Export
from network.base.errors import Refused
from network.base.exporting.order import FileOrder, order_file
from network.base.purposes import FilePurpose
from network.base.tables import Format

PERSONAL = [
    OpenApiParameter("personal", bool, description="1: también las columnas personales."),
    OpenApiParameter("purpose", str, enum=FilePurpose.values, description="Para qué son."),
    OpenApiParameter("purpose_words", str, description="Lo mismo, con tus palabras."),
]


class KeysetPagination(CursorPagination):
    """Pages by the key of the row, which is unique: the last page costs what the first does."""

    ordering = "pk"
    page_size = 100
    page_size_query_param = "size"
    max_page_size = 500

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any] | None:
        """A place that was made up is as invalid as one that cannot be read."""
        place = self.decode_cursor(request)
        if place is not None and place.position is not None:
            try:
                queryset.model._meta.pk.to_python(place.position)
            except DjangoValidationError as error:
                raise NotFound(self.invalid_cursor_message) from error
        return super().paginate_queryset(queryset, request, view)


class ExportRows(ListAPIView):
    """What this account may export of a list. Personal columns need their own permission and a
    stated purpose; without them they are absent. Every page leaves a trace."""

    export: Export = None  # type: ignore[assignment]
    permission = Permission.EXPORT
    pagination_class = KeysetPagination

    @extend_schema(parameters=PERSONAL)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.order = self._order()
        response = self.list(request, *args, **kwargs)
        self.order.record(len(response.data["results"]))
        return response

    def _order(self) -> FileOrder:
        query = self.request.query_params
        try:
            return order_file(
                self.export,
                format=Format.CSV,
                query=query,
                by=self.request.user,
                is_personal=query.get("personal") == "1",
                purpose=query.get("purpose", ""),
                purpose_words=query.get("purpose_words", ""),
                channel="api",
            )
        except Refused as refusal:
            if refusal.field == "is_personal":
                raise PermissionDenied(refusal.message) from refusal
            raise ValidationError({refusal.field or "detail": [refusal.message]}) from refusal

    def get_queryset(self) -> QuerySet[Any]:
        sources = sources_of(self.export, personal=self.order.is_personal)
        return self.order.chosen.rows.order_by("pk").values(*sources)

    def get_serializer_class(self) -> type[Serializer]:
        is_described = getattr(self, "swagger_fake_view", False)
        return row_serializer(self.export, personal=is_described or self.order.is_personal)


class Schema(SpectacularAPIView):
    permission = Permission.EXPORT
    permission_classes = (PolicyPermission,)


def page(view: View, permission: str) -> View:
    """Named like any page, so that the matrix of accesses sees what it asks for."""
    view.permission = permission  # type: ignore[attr-defined]
    return require_safe(view)
