"""Workbooks too long for a request: prepared by a job, sealed, offered to the one who asked."""

import io
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.encoding import force_str

from network.base.contracts import declared
from network.base.errors import Refused
from network.base.exporting.order import FileOrder, order_file
from network.base.exporting.workbook import write_workbook
from network.base.jobs import Work, enqueue, job, new_result, open_result
from network.base.models import Job
from network.base.sealed_files import SealedReader

KEYS_AT_ONCE = 10_000


def enqueue_file(order: FileOrder, *, again: str) -> Job:
    return enqueue(
        kind="export",
        title=force_str(order.export.title),
        owner=order.user,
        params={
            "name": order.export.name,
            "format": str(order.format),
            "query": order.query.urlencode(),
            "is_personal": order.is_personal,
            "purpose": order.purpose,
            "purpose_words": order.purpose_words,
            "again": again,
        },
    )


def order_of_job(row: Job) -> FileOrder:
    """The order as she asked for it, checked again by what she may do now."""
    params = row.params
    return order_file(
        declared("exports")[params["name"]],
        format=params["format"],
        query=QueryDict(params["query"]),
        by=row.owner,
        is_personal=params["is_personal"],
        purpose=params["purpose"],
        purpose_words=params["purpose_words"],
    )


def may_take(row: Job) -> bool:
    """Does she still hold the permissions, and still reach every row of the file?

    Covers a role that ended, a scope that shrank, consent withdrawn, a record in the trash.
    """
    try:
        order = order_of_job(row)
    except Refused:
        return False
    return _reaches_all(order, open_result(row, row.result["keys"]))


def _reaches_all(order: FileOrder, keys: SealedReader) -> bool:
    reach: QuerySet[Any] = order.export.rows(order.asked).order_by()
    with io.TextIOWrapper(io.BufferedReader(keys)) as lines:
        while some := [line.strip() for line in islice(lines, KEYS_AT_ONCE)]:
            if reach.filter(pk__in=some).count() != len(some):
                return False
    return True


@job("export", may_take=may_take)
def prepare_file(work: Work) -> dict[str, Any]:
    """Write the workbook and, beside it, the keys of its rows, which a download checks again."""
    order = order_of_job(work.job)
    work.progress(0, order.rows.count())
    name, target = new_result(work.job)
    keys_name, keys_target = new_result(work.job)
    with target, io.TextIOWrapper(io.BufferedWriter(keys_target)) as keys:
        rows = write_workbook(order, target, progress=work.progress, keys=keys)
    order.record(rows, trabajo=str(work.job.pk))
    return {
        "file": name,
        "keys": keys_name,
        "file_name": order.file_name(timezone.now()),
        "is_personal": order.is_personal,
        "size": target.size,
        "rows": rows,
    }
