"""Judges every resource of the samples against the profiles it claims: profiles.py VALIDATOR PROFILES WORK.

VALIDATOR is the `validator-cli` of helios-fhir-validator, PROFILES a folder with the published JSON of VKP, PMD and
no-basis (see `definitions.py`), WORK holds `samples`. Ends with 1 when a sample has an error, or when a judge takes another
set of faults than it should; with 2 when the folder lacks a profile, or says something in two ways.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from definitions import Unusable, needed, published, write
from helios import NOT_JUDGED, Helios
from published import Published
from spoil import FAULTS, resources

PMD_BATCH = "http://hl7.no/fhir/vkpobservation/StructureDefinition/pmd-Bundle-Observation"

# What each judge refuses of what `spoil.py` writes. A judge that accepts everything judges nothing.
WRONG_CODES = {
    "alert-code",
    "alert-of-another-list",
    "category-code",
    "dispense-code",
    "event-code",
    "mode-code",
    "performer-system",
    "reason-code",
    "request-method",
    "section-code",
    "subject-system",
}
WRONG_SHAPES = {
    "dispense-identifier",
    "no-answering-subject",
    "no-category",
    "no-mode",
    "no-participant",
    "no-patient",
    "no-performer",
    "no-period",
    "no-subject",
    "performer-reference",
}
REFUSED = {
    "helios": {
        "base": {"empty-text", "no-status", "no-zone", "null-code", "single-identifier", "unknown-member"},
        "profiles": WRONG_SHAPES | {"no-vital-sign", "number-without-value", "two-zones"},
    },
    "pyrofile": {
        "base": {"no-status", "no-zone", "null-code", "unknown-member", "wrong-severity"},
        "profiles": WRONG_CODES
        | WRONG_SHAPES
        | {"alert-display", "dispense-subject", "two-modes", "zone-as-number"},
    },
    "published": {
        "base": {"null-code"},
        "profiles": WRONG_CODES
        | {"alert-in-words", "alert-of-a-foreign-list", "score-code", "systolic-code"}
        | {"no-vital-sign", "other-than-vital-sign", "vital-sign-of-a-foreign-list"},
    },
}


def profiles_of(resource):
    """The profiles that a resource is judged by: those it claims, and that of a batch for PMD."""
    claimed = resource.get("meta", {}).get("profile", [])
    kind = resource["resourceType"]
    if kind == "Bundle" and resource.get("type") == "batch":
        claimed = [*claimed, PMD_BATCH]
    assert claimed or kind in ("Bundle", "Device"), f"a {kind} claims no profile"
    return claimed


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


class Court:
    """The judges, and what was heard of them."""

    def __init__(self, judges):
        self.judges = judges
        self.excused = {judge.name: Counter() for judge in judges}

    def errors(self, judge, resource):
        """What a judge finds, without what it says wrongly."""
        left = []
        for finding in judge.errors(resource, profiles_of(resource)):
            known = next((pattern for pattern in judge.known if re.match(pattern, finding)), None)
            if known:
                self.excused[judge.name][known] += 1
            else:
                left.append(finding)
        return left

    def samples(self, folder):
        """Judges good samples; how many errors there are."""
        judged, errors = 0, 0
        for sample in sorted(folder.glob("*.json")):
            for resource in resources(read(sample)):
                found = [(judge.name, error) for judge in self.judges for error in self.errors(judge, resource)]
                names = " ".join(profile.rsplit("/", 1)[1] for profile in profiles_of(resource)) or "base R4"
                print(f"{'no' if found else 'ok'} {sample.stem}: {resource['resourceType']} ({names})")
                for judge, error in found:
                    print(f"    {judge}: {error}"[:300])
                judged, errors = judged + 1, errors + len(found)
        assert judged > 0, "there are no samples"
        print(f"samples: {judged} resources, {errors} errors")
        for judge in self.judges:
            for pattern, why in judge.known.items():
                count = self.excused[judge.name][pattern]
                print(f"    {judge.name}: {count} times its own fault: {why}")
                # An excuse that is not needed any more would hide the next fault.
                errors += count == 0
        return errors

    def spoilt(self, kind, folder):
        """Judges documents with one fault each; whether each judge refuses what it should, and all are refused."""
        refused = {judge.name: set() for judge in self.judges}
        for sample in sorted(folder.glob("*.json")):
            for judge in self.judges:
                if any(self.errors(judge, resource) for resource in resources(read(sample))):
                    refused[judge.name].add(sample.stem)
        good = set().union(*refused.values()) == FAULTS[kind].keys()
        for judge, names in refused.items():
            print(f"{kind}: {judge} refuses {len(names)} of {len(FAULTS[kind])} faults")
            for name in sorted(names ^ REFUSED[judge][kind]):
                print(f"    {'now it refuses' if name in names else 'it does not refuse'} {name}")
                good = False
        return good


def main():
    validator, folder, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    try:
        documents = published(folder)
    except Unusable as why:
        print(f"the folder cannot be used; nothing was judged:\n{why}", file=sys.stderr)
        return 2
    claimed = {p for f in (work / "samples").glob("*.json") for r in resources(read(f)) for p in profiles_of(r)}
    missing = sorted(claimed - {d["url"] for d in documents if d["resourceType"] == "StructureDefinition"})
    if missing or not claimed:
        print("\n".join(["the folder lacks profiles that the samples claim; nothing was judged:", *missing]), file=sys.stderr)
        return 2
    documents = needed(documents, claimed)
    profiles = write(documents, work / "definitions")
    # Only now: to say what is wrong with a folder takes no package.
    from pyrofile import Pyrofile

    court = Court([Helios(validator, profiles), Pyrofile(work / "definitions", work), Published(documents)])
    errors = court.samples(work / "samples")
    slices = sum(map(len, NOT_JUDGED.values()))
    print(f"helios does not judge {slices} slices:")
    for profile, names in NOT_JUDGED.items():
        print(f"    {profile}: {' '.join(sorted(names))}")
    good = True
    for kind in FAULTS:
        spoilt = work / f"spoilt-{kind}"
        subprocess.run([sys.executable, Path(__file__).parent / "spoil.py", kind, work / "samples", spoilt], check=True)
        good &= court.spoilt(kind, spoilt)
    return 0 if good and not errors else 1


sys.exit(main())
