"""Judges every resource of the samples against its profile: profiles.py VALIDATOR PROFILES WORK.

VALIDATOR is the `validator-cli` of helios-fhir-validator, PROFILES a folder with StructureDefinitions as JSON, WORK
holds `samples`. Prints one line per resource and what was found; ends with 1 when there is an error.
"""

import json
import subprocess
import sys
from pathlib import Path

VKP = "http://ehelse.no/fhir/StructureDefinition/"
PMD = "http://hl7.no/fhir/vkpobservation/StructureDefinition/"

# The profile of each type of resource where it claims none itself.
PROFILES = {
    "Composition": VKP + "vkp-Composition-v090",
    "DetectedIssue": VKP + "vkp-DetectedIssue-v090",
    "Encounter": VKP + "vkp-Encounter-v090",
    "MedicationDispense": VKP + "vkp-MedicationDispense-v090",
    "QuestionnaireResponse": VKP + "vkp-QuestionnaireReponse-v090",
}


def definitions(folder):
    """The files of the profiles by their address."""
    found = {}
    for path in sorted(Path(folder).rglob("*.json")):
        try:
            definition = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError:
            continue
        if definition.get("resourceType") == "StructureDefinition":
            found[definition["url"]] = path
    return found


def profiles_of(resource):
    """The profiles that a resource is judged by."""
    kind = resource["resourceType"]
    claimed = resource.get("meta", {}).get("profile", [])
    if claimed:
        return claimed
    if kind == "Encounter" and resource["class"].get("code") == "VR":
        return [VKP + "vkp-digital-Encounter-v090"]
    if kind == "Bundle" and resource.get("type") == "batch":
        return [PMD + "pmd-Bundle-Observation"]
    return [PROFILES[kind]] if kind in PROFILES else []


def resources(document):
    """A resource and those in it."""
    yield document
    for entry in document.get("entry", []):
        yield from resources(entry["resource"])


def main():
    validator, folder, work = sys.argv[1:4]
    known = definitions(folder)
    files = [f"--profile-file={path}" for path in known.values()]
    judged, errors = 0, 0
    for sample in sorted((Path(work) / "samples").glob("*.json")):
        for resource in resources(json.loads(sample.read_text(encoding="utf-8"))):
            wanted = profiles_of(resource)
            missing = [profile for profile in wanted if profile not in known]
            command = [validator, *files]
            command += [f"--profile={profile}" for profile in wanted if profile in known]
            text = json.dumps(resource)
            run = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
            if run.returncode not in (0, 1):
                print(run.stderr, file=sys.stderr)
                return 2
            found = [line for line in run.stdout.splitlines() if line.startswith(("error ", "warning "))]
            bad = [line for line in found if line.startswith("error ")]
            assert (run.returncode == 1) == bool(bad), run.stdout
            judged, errors = judged + 1, errors + len(bad)
            names = " ".join(profile.rsplit("/", 1)[1] for profile in wanted) or "base R4"
            lacks = f", without {' '.join(missing)}" if missing else ""
            verdict = "no" if bad else "ok"
            print(f"{verdict} {sample.stem}: {resource['resourceType']} ({names}{lacks})")
            for line in found:
                print(f"    {line}"[:300])
    print(f"{judged} resources, {errors} errors")
    return 1 if errors else 0


sys.exit(main())
