"""A board is reached through its organisation or through its regional network."""

from django.urls import path

from members.views import boards as views

urlpatterns = [
    path("juntas/", views.board_list, name="board-list"),
    path("juntas/cargos/<uuid:pk>/terminar/", views.office_end, name="office-end"),
    path("juntas/cambios/<uuid:pk>/deshacer/", views.hand_over_undo, name="hand-over-undo"),
    path("organizaciones/<uuid:organisation>/junta/", views.board, name="board"),
    path("redes/<slug:network>/junta/", views.board, name="board"),
    path("organizaciones/<uuid:organisation>/junta/dar/", views.board_assign, name="board-assign"),
    path("redes/<slug:network>/junta/dar/", views.board_assign, name="board-assign"),
    path(
        "organizaciones/<uuid:organisation>/junta/relevo/",
        views.board_hand_over,
        name="board-hand-over",
    ),
    path("redes/<slug:network>/junta/relevo/", views.board_hand_over, name="board-hand-over"),
]
