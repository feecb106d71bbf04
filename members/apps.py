from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "Personas y organizaciones"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added  # noqa: PLC0415  # needs the models

        from members import checks  # noqa: F401, PLC0415  # registers itself
        from members.sessions import note_factor_set_up  # noqa: PLC0415

        # allauth tells this by signal only.
        authenticator_added.connect(note_factor_set_up)
