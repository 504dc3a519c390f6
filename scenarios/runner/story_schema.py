"""The JSON Schema of story files, made from the vocabulary; `schemas/story.json` is its published copy.

`python -m scenarios schema` prints it; a test says when the copy is old.
"""

from __future__ import annotations

from fake_erp import profiles
from fake_erp.plans import PLANS
from scenarios.runner.checks import CHECKS
from scenarios.runner.deeds import DEEDS
from scenarios.runner.vocabulary import ACTORS, DURATION, NAME, TEXT, Schema, Vocabulary

# The newcomer's story says nothing about worlds and is played quickly, also in real time.
PRODUCTS, PLAN, VARIATIONS, SETTLE, SEED = 8, "potencializar", 0.25, "30s", 1

# All that a step can say, in the order of the branches of `steps`.
WORDS = Vocabulary(DEEDS, CHECKS)

_ACCOUNT: Schema = {
    "type": "object",
    "description": "a company in the ERP",
    "properties": {
        "products": {
            "type": "integer",
            "minimum": 1,
            "maximum": 20_000,
            "default": PRODUCTS,
            "description": "size of the catalogue",
        },
        "plan": {
            # A plan without calls has nothing to connect.
            "enum": [name for name, calls in PLANS.items() if calls],
            "default": PLAN,
            "description": "the company's plan: " + ", ".join(f"{name} {calls}/min" for name, calls in PLANS.items()),
        },
        "variations": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "default": VARIATIONS,
            "description": "share of the products that have variations",
        },
        "depots": {
            "type": "array",
            "items": TEXT,
            "minItems": 1,
            "maxItems": 9,
            "description": "names of its depots; a product's opening stock lies in the first",
        },
        "send_physical": {"type": "boolean", "description": "whether its messages hold the physical balance"},
        "latency": {"type": "number", "minimum": 0, "maximum": 60, "description": "seconds that each call takes"},
        "call_profile": {"enum": ["calm", "rough"], "description": "rough: one call in ten meets trouble"},
        "delivery_profile": {"enum": list(profiles.NAMES), "description": "what befalls its messages on their way"},
    },
    "additionalProperties": False,
}
_SHOP: Schema = {
    "type": "object",
    "description": "a shop of the platform",
    "properties": {"account": {**NAME, "description": "the account that its token opens"}},
    "additionalProperties": False,
}


def _named(what: Schema, description: str) -> Schema:
    """Some of them, each under a name."""
    return {
        "type": "object",
        "description": description,
        "patternProperties": {NAME["pattern"]: what},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 20,
    }


def story_schema() -> Schema:
    """The schema of a whole file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:schemas:story",
        "title": "A story of shop, ERP and connector",
        "type": "object",
        "properties": {
            "title": {"type": "string", "minLength": 1, "maxLength": 120, "description": "what the story tells"},
            "seed": {
                "type": "integer",
                "minimum": 0,
                "default": SEED,
                "description": "decides everything that is drawn; --seed takes another one",
            },
            "tags": {
                "type": "array",
                "items": {**NAME, "description": "a word to find the story by"},
                "description": "words to find the story by",
            },
            "needs": {"enum": ["virtual"], "description": "virtual: too long for real time, where it is skipped"},
            "settle": {
                **DURATION,
                "default": SETTLE,
                "description": "how long after the last step orders and stock may take to become equal",
            },
            "worlds": {
                "type": "object",
                "description": "what there is when the story begins",
                "properties": {
                    "accounts": _named(_ACCOUNT, "companies in the ERP, by a name of your own"),
                    "shops": _named(_SHOP, "shops of the platform, by a name of your own"),
                },
                "additionalProperties": False,
            },
            "steps": {
                "type": ["array", "null"],
                "items": {"anyOf": [word.schema() for word in WORDS]},
                "description": "what happens, one after the other; who acts: " + ", ".join(ACTORS),
            },
        },
        "required": ["title"],
        "additionalProperties": False,
    }


_VARIABLE: Schema = {"type": "string", "pattern": r"\$\{[a-z][a-z0-9_.-]*\}", "description": "a variable"}
_VALUE: Schema = {"type": ["string", "number", "boolean"]}
_INCLUDE: Schema = {
    "title": "include",
    "description": "the steps of another file",
    "type": "object",
    "properties": {
        "include": {**TEXT, "description": "the file, by its path from this one's folder"},
        "with": {"type": "object", "additionalProperties": _VALUE, "description": "its variables"},
    },
    "required": ["include"],
    "additionalProperties": False,
}


def file_schema() -> Schema:
    """The schema of files as people write them, for editors: with variables, lists of values and includes."""
    whole = story_schema()
    properties = {name: _with_variables(schema) for name, schema in whole["properties"].items()}
    properties["steps"]["items"]["anyOf"].append(_INCLUDE)
    properties["vars"] = {
        "type": "object",
        "additionalProperties": _VALUE,
        "description": "values by name; `${name}` stands for one",
    }
    properties["each"] = {
        "type": "object",
        "additionalProperties": {"type": "array", "items": _VALUE, "minItems": 1},
        "description": "lists of values by name: every combination is a story of its own",
    }
    return {**whole, "properties": properties}


def _with_variables(schema: Schema) -> Schema:
    """The same, but that a variable may stand for each value."""
    if schema.get("type") == "object":
        inside = {name: _with_variables(one) for name, one in schema.get("properties", {}).items()}
        named = {name: _with_variables(one) for name, one in schema.get("patternProperties", {}).items()}
        more = {"properties": inside} if inside else {}
        return schema | more | ({"patternProperties": named} if named else {})
    if "items" in schema:
        return schema | {"items": _with_variables(schema["items"])}
    if "anyOf" in schema:
        return schema | {"anyOf": [_with_variables(one) for one in schema["anyOf"]]}
    if "const" in schema or "$ref" in schema:
        return schema
    described = {"description": schema["description"]} if "description" in schema else {}
    return {"anyOf": [schema, _VARIABLE], **described}
