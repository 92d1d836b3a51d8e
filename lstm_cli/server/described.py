"""What ``/openapi.json`` says beside the paths: the answers and the errors of each."""

from http import HTTPStatus
from typing import Any

from lstm_cli.server.bodies import INSPECT_SCHEMA, predict_schema
from lstm_cli.server.limits import Limits

ABOUT = (
    "Rates reviews and shows what the gates of its LSTM do. Texts that arrive together are rated "
    'together. Every error is {"error": "..."}, in one sentence.'
)
_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
    "additionalProperties": False,
}
_PREDICTION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "rating": {"type": ["number", "string"], "description": "The most probable one."},
        "expected_rating": {
            "type": "number",
            "description": "The mean of all ratings, weighted by their probabilities.",
        },
        "probabilities": {"type": "object", "additionalProperties": {"type": "number"}},
        "tokens": {"type": "integer"},
        "unknown": {"type": "array", "items": {"type": "string"}},
        "read_as": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "The unknown words that look misspelled, and what each is read as.",
        },
        "warnings": {"type": "array", "items": {"type": "string"}},
        "model": {"type": "string"},
    },
    "required": [
        "text", "rating", "expected_rating", "probabilities", "tokens", "unknown", "read_as",
        "warnings", "model",
    ],
}  # fmt: skip
_TRACE = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "schema": {"type": "integer"},
        "summary": {"type": "object"},
        "tokens": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["text", "schema", "summary", "tokens"],
}
_WHY = {
    HTTPStatus.BAD_REQUEST: "The body is not JSON.",
    HTTPStatus.NOT_FOUND: "There is nothing here.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The path answers another method.",
    HTTPStatus.REQUEST_TIMEOUT: "The body took too long.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not said to be JSON.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The body asks for what is not there, or for too much.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too many are waiting; Retry-After says how long to wait.",
}
_ANSWERS: dict[str, dict[str, Any]] = {
    "predict": {"oneOf": [_PREDICTION, {"type": "array", "items": _PREDICTION}]},
    "inspect": _TRACE,
}


def _error(status: HTTPStatus) -> dict[str, Any]:
    return {"description": _WHY[status], "content": {"application/json": {"schema": _ERROR}}}


def of_asking(what: str, limits: Limits) -> dict[str, Any]:
    """The settings of a route that computes, ``predict`` or ``inspect``."""
    body = predict_schema(limits) if what == "predict" else INSPECT_SCHEMA
    answer = {"application/json": {"schema": _ANSWERS[what]}}
    errors = (status for status in _WHY if status != HTTPStatus.NOT_FOUND)
    return {
        "operation_id": what,
        "responses": {
            200: {"description": "The answer.", "content": answer},
            **{int(status): _error(status) for status in errors},
        },
        "openapi_extra": {
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": body}},
            }
        },
    }


def of_showing(what: str, content_type: str, *, may_lack: bool = False) -> dict[str, Any]:
    """The settings of a route that shows what is there.

    Args:
        what: it is called.
        content_type: of what it shows.
        may_lack: there may be none.
    """
    shown = {"text/html": {"type": "string"}, "text/plain": {"type": "string"}}
    schema = shown.get(content_type.split(";")[0], {"type": "object"})
    statuses = [HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT]
    if may_lack:
        statuses.append(HTTPStatus.NOT_FOUND)
    return {
        "operation_id": what,
        "responses": {
            200: {"description": "It is there.", "content": {content_type: {"schema": schema}}},
            **{int(status): _error(status) for status in statuses},
        },
    }
