"""What schemathesis is told beyond the server's description: test_openapi.py has it load this."""

import atexit
import collections
import datetime
import ipaddress
import itertools
import json
import os
import re
from urllib.parse import unquote

import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import EnsureResourceAvailability, RejectedPositiveData, UseAfterFree

with open(os.environ["OPENAPI_TEST"], encoding="utf-8") as file:
    TEST = json.load(file)
NUMBERS = itertools.count()
ANSWERS = collections.Counter()
# What a page token of a plain list does not go with.
LISTINGS = {
    "Order", "OrderBy", "Identity", "AssistantId", "DateCreatedAfter", "DateCreatedBefore", "DateUpdatedAfter",
    "DateUpdatedBefore", "ActivityAfter", "ToolId", "KnowledgeId",
}
FILTERS = ["Role", "Identity", "DateCreatedAfter", "DateCreatedBefore", "Query"]
DELETED_SESSIONS = set()
KEY = re.compile("[!-~]([ -~]{0,253}[!-~])?")

send = requests.Session.send


def send_so_that_it_can_be_answered(session, request, **options):
    """Send a request, but so that the server does not refuse it for what came before.

    Only what is sent is changed: schemathesis goes by what it has made.
    """
    # The logins that are to fail are more than one address may have.
    request.headers["X-Forwarded-For"] = str(ipaddress.ip_address(2**24 + next(NUMBERS)))
    # A key that comes again with another request is refused, and with the same one nothing is done.
    key = request.headers.get("Idempotency-Key", b"")
    key = key if isinstance(key, str) else key.decode("latin-1")
    if KEY.fullmatch(key):
        request.headers["Idempotency-Key"] = f"{key[:235]}{next(NUMBERS)}"
    return send(session, request, **options)


requests.Session.send = send_so_that_it_can_be_answered


@schemathesis.hook
def before_call(context, case, kwargs):
    # Nobody else's server is to be called.
    if isinstance(case.body, dict) and isinstance(webhook := case.body.get("webhook"), str):
        case.body["webhook"] = re.sub("(?is)^https?://.*", TEST["webhook"], webhook)


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw["operationId"]
    ANSWERS[operation, response.status_code] += 1
    if (operation, response.status_code) == ("DeleteSession", 204):
        DELETED_SESSIONS.add(unquote(case.path_parameters["id"]))


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Leave out what is no failure."""
    if isinstance(failure, AcceptedNegativeData):
        mutations = getattr(case.meta.phase.data, "mutations", None)
        return not mutations or any(is_sent_and_not_allowed(mutation) for mutation in mutations)
    if isinstance(failure, RejectedPositiveData):
        return not may_be_refused(case, response)
    # A session has an id and a name, and may be deleted by the one and asked for by the other.
    if isinstance(failure, EnsureResourceAvailability):
        return not {prefix + session(case) for prefix in ("webhook:", "voice:")} & DELETED_SESSIONS
    if isinstance(failure, UseAfterFree) and "/Sessions/" in case.path:
        return session_found(response) == session(case)
    return True


def session(case):
    """What the case calls its session."""
    return unquote(case.path_parameters.get("sessionId") or case.path_parameters["id"])


def session_found(response):
    """The id of the session that was found; `None` where the answer does not say."""
    found = response.json() if response.content else {}
    message = next(iter(found.get("messages", [])), {})
    return message.get("session_id", found.get("session_id", found.get("id")))


def is_sent_and_not_allowed(mutation):
    """Whether what was made of a good request for it to be refused came to the server, and is a reason to refuse it."""
    if mutation.parameter_location == ParameterLocation.BODY:
        return True
    # Parameters that are not known are ignored. Credentials that are left out are added again, save where nothing else is
    # changed; no other header is required.
    is_without_credentials = mutation.parameter_location == ParameterLocation.HEADER and "required" in mutation.keywords
    return mutation.keywords != ("additionalProperties",) and not is_without_credentials


def are_dates_in_order(query, kind):
    """Whether the dates of a filter, of creation or of updates, are dates, and the first is earlier."""
    try:
        dates = [
            datetime.datetime.fromisoformat(str(query[name]).upper().replace(" ", "+"))
            for name in (f"{kind}After", f"{kind}Before")
            if name in query
        ]
        moments = [date if date.tzinfo else date.replace(tzinfo=datetime.UTC) for date in dates]
        return moments == sorted({date.astimezone(datetime.UTC) for date in moments})
    except (ValueError, OverflowError):
        return False


def may_be_refused(case, response):
    """Whether what the document allows may be refused for a reason that no schema can give."""
    if response.status_code == 405:
        # A walk along links takes any id for one of a message.
        return not case.path_parameters["id"].startswith("aia_msg_")
    if "NUL" in response.json()["message"]:
        # Of any JSON the document does not say that its texts hold none: a schema of that would refer to itself.
        return "\\u0000" in json.dumps(case.body)
    if '"date_created"' in response.json()["message"]:
        # Its offset puts a date into the year 0 or 10000.
        return re.search('"(0001-01-01|9999-12-31)T', json.dumps(case.body)) is not None
    if "bytes" in response.json()["message"]:
        # Texts are limited in bytes, and in schemas in characters.
        return len(repr((case.path_parameters, case.query, case.body)).encode()) > 255
    if "cannot be combined" in response.json()["message"]:
        # OpenAPI cannot say which parameters go together.
        return any(
            len(set(names) & set(case.query)) > 1
            for names in [("After", "Before", "Around", "PageToken"), ("IncludeTotal", *FILTERS)]
        )
    if refused := re.match("(DateCreated|DateUpdated|Activity)(After|Before) must be", response.json()["message"]):
        return not are_dates_in_order(case.query, refused[1])
    if response.json()["message"].startswith("Query, character") or '"meta.input_schema"' in response.json()["message"]:
        # The languages of queries and types are no regular ones.
        return True
    if "PageToken" not in case.query:
        # A page above 0 needs a token.
        return int(case.query.get("Page", 0)) > 0
    # Of tokens in the right form those are taken that the list has given, and of a session's list none need be: it may have
    # been deleted, and made again.
    is_given = case.query["PageToken"] in TEST["tokens"].get(case.formatted_path, [])
    return not is_given or "/Messages" in case.formatted_path or bool(LISTINGS & set(case.query))


@atexit.register
def write_answers():
    with open(TEST["answers"], "w", encoding="utf-8") as file:
        json.dump([[*key, count] for key, count in ANSWERS.items()], file)
