"""A model's complaints -> what is wrong and what is expected, in plain words."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from aggregator.config.marked import Marked, Path
from aggregator.config.schema import Model, shown
from aggregator.core.topics import nearest

M = TypeVar("M", bound=Model)


def checked(marked: Marked, model: type[M], value: object, path: Path) -> M | None:
    """The value as the model has it; None where it has mistakes, which are then noted."""
    if not isinstance(value, dict):
        marked.problem(path, f"{shown(value)}. Expected a mapping with {_and(tuple(model.model_fields))}.")
        return None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            marked.problem((*path, *one["loc"]), _sentence(model, one))
        return None


def _sentence(model: type[Model], one: ErrorDetails) -> str:
    """What is wrong, and what is expected."""
    loc = one["loc"]
    if one["type"] == "extra_forbidden":
        return unknown_key(str(loc[-1]), tuple(_model_at(model, loc[:-1]).model_fields))
    expected = f"Expected {_description(model, loc)}."
    if one["type"] == "missing":
        return f"missing. {expected}"
    if one["type"] == "value_error":
        return f"{one['ctx']['error']}. {expected}"
    return f"{_fault(one)}. {expected}"


def unknown_key(key: str, known: tuple[str, ...]) -> str:
    """The message for a key that no model has."""
    close = nearest(key, known)
    return f"unknown key. Did you mean {close!r}?" if close else f"unknown key. Expected {_and(known)}."


def _fault(one: ErrorDetails) -> str:
    """What is wrong with a value, by the kind of pydantic's complaint."""
    value, kind = one["input"], one["type"]
    ctx: Mapping[str, object] = one.get("ctx", {})
    if kind in ("greater_than", "greater_than_equal"):
        return f"{shown(value)} is too small"
    if kind in ("less_than", "less_than_equal"):
        return f"{shown(value)} is too large"
    if kind == "string_too_long":
        return f"longer than {ctx['max_length']} characters"
    if kind == "too_long":
        return f"more than {ctx['max_length']} items"
    if kind == "too_short":
        return "an empty list"
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f"{shown(value)} is no text: put it in quotes"
    return shown(value)


def _description(model: type[Model], loc: tuple[int | str, ...]) -> str:
    """What is expected at a place: the description of the innermost key that has one."""
    found = ""
    here: type[BaseModel] = model
    for part in loc:
        field = here.model_fields.get(str(part))
        if field is None:
            continue
        found = field.description or found
        here = _inner(field.annotation) or here
    return found


def _model_at(model: type[Model], loc: tuple[int | str, ...]) -> type[BaseModel]:
    here: type[BaseModel] = model
    for part in loc:
        field = here.model_fields.get(str(part))
        here = (_inner(field.annotation) if field else None) or here
    return here


def _inner(annotation: object) -> type[BaseModel] | None:
    """The model inside ``Model``, ``Model | None`` or ``list[Model]``."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for part in typing.get_args(annotation) if (found := _inner(part))), None)


def _and(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
