"""Gunicorn's settings, the same in `make run` and in deploy/."""

import gc
import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 4
timeout = 60
graceful_timeout = 10
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"  # noqa: S108 - heartbeats in memory, no file of ours
control_socket_disable = True
accesslog = "-"
logger_class = "network.serve.weblog.KeylessLogger"
# The path without its query: a search holds names and documents.
access_log_format = "%(m)s %(U)s %(s)s %(M)s ms"


def post_worker_init(worker: object) -> None:
    """What is loaded by now stays for good: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
