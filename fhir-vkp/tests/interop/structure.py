"""Judges files of FHIR JSON with fhir.resources (strict R4B models on pydantic): structure.py FILE...

One line per file: `ok NAME` or `no NAME: WHY`. Exits with 1 when one is refused.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

from fhir.resources.R4B import get_fhir_model_class


def refusal(path):
    """Why this file is no resource, or None."""
    try:
        text = path.read_text(encoding="utf-8")
        resource = json.loads(text)
        read = get_fhir_model_class(resource["resourceType"]).model_validate_json(text)
        written = json.loads(read.model_dump_json())
    except Exception as error:  # whatever a model says is a verdict
        return " ".join(f"{type(error).__name__}: {error}".split())[:300]
    missing = differences(resource, written, resource["resourceType"])
    return f"differs after a round: {missing[0]}" if missing else None


def differences(left, right, path):
    """Paths at which two JSON values differ, apart from how a date-time is written."""
    if isinstance(left, dict) and isinstance(right, dict):
        found = [f"{path}.{name}" for name in left.keys() ^ right.keys()]
        for name in left.keys() & right.keys():
            found += differences(left[name], right[name], f"{path}.{name}")
        return found
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return [path]
        return [
            difference
            for index, (a, b) in enumerate(zip(left, right))
            for difference in differences(a, b, f"{path}[{index}]")
        ]
    if isinstance(left, (int, float)) and isinstance(right, (int, float, str)):
        return [] if float(left) == float(right) else [path]
    return [] if left == right or moment(left) == moment(right) is not None else [path]


def moment(text):
    """The moment that a date-time names: the models write `Z` for `+00:00`, and microseconds."""
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else None


def main():
    refused = 0
    for name in sys.argv[1:]:
        why = refusal(Path(name))
        refused += why is not None
        print(f"no {Path(name).name}: {why}" if why else f"ok {Path(name).name}")
    return 1 if refused else 0


sys.exit(main())
