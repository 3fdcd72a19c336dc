"""Writes copies of a document with one fault each, to see that a judge judges: spoil.py FILE FOLDER."""

import copy
import json
import sys
from pathlib import Path


def issue(bundle):
    """The DetectedIssue of a document."""
    resources = (entry["resource"] for entry in bundle["entry"])
    return next(r for r in resources if r["resourceType"] == "DetectedIssue")


def no_status(bundle):
    del issue(bundle)["status"]


def single_identifier(bundle):
    issue(bundle)["identifier"] = issue(bundle)["identifier"][0]


def unknown_member(bundle):
    issue(bundle)["alarm"] = "x"


def wrong_severity(bundle):
    issue(bundle)["severity"] = "critical"


def empty_text(bundle):
    issue(bundle)["detail"] = ""


def null_code(bundle):
    issue(bundle)["code"] = None


def no_zone(bundle):
    bundle["timestamp"] = "2026-03-14T02:31:10"


FAULTS = [no_status, single_identifier, unknown_member, wrong_severity, empty_text, null_code, no_zone]

good = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
folder = Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
for fault in FAULTS:
    bad = copy.deepcopy(good)
    fault(bad)
    (folder / f"{fault.__name__.replace('_', '-')}.json").write_text(json.dumps(bad), encoding="utf-8")
