"""Django's PostgreSQL, asked less often whether it is still there."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """A connection that the server ended has its end to be read; nothing to read, all is well.

        Before each request, where Django would send a query of its own and wait.
        """
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN | select.POLLHUP)
        return not waiting.poll(0) or super().is_usable()
