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

# What the validator says wrongly, seen with 0.2.7: the kind and place of an error, and why it is none.
KNOWN = [
    # HL7's published example of a heart rate is refused with the same words.
    ("[slice-cardinality] Observation.category:", "the vital signs of HL7 itself are refused like this"),
    # The profiles slice value[x] by its type and allow this one; the validator takes value[x] for empty.
    ("[choice-excluded] Observation.valueQuantity:", "vkp-Observation-CFSscore allows valueQuantity"),
    ("[choice-excluded] Patient.extension.", "vkp-household allows valueString"),
]


def known_fault(line):
    """Why an error counts as the validator's own, or None."""
    return next((why for start, why in KNOWN if line.startswith(f"error {start}")), None)


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


def judge(validator, folder, work, folder_of_samples):
    """Judges the samples; how many errors there are."""
    known = definitions(folder)
    files = [f"--profile-file={path}" for path in known.values()]
    judged, errors, excused = 0, 0, 0
    for sample in sorted((Path(work) / folder_of_samples).glob("*.json")):
        for resource in resources(json.loads(sample.read_text(encoding="utf-8"))):
            wanted = profiles_of(resource)
            missing = [profile for profile in wanted if profile not in known]
            command = [validator, *files]
            command += [f"--profile={profile}" for profile in wanted if profile in known]
            text = json.dumps(resource)
            run = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
            if run.returncode not in (0, 1):
                sys.exit(run.stderr)
            found = [line for line in run.stdout.splitlines() if line.startswith(("error ", "warning "))]
            all_bad = [line for line in found if line.startswith("error ")]
            assert (run.returncode == 1) == bool(all_bad), run.stdout
            bad = [line for line in all_bad if not known_fault(line)]
            excused += len(all_bad) - len(bad)
            judged, errors = judged + 1, errors + len(bad)
            names = " ".join(profile.rsplit("/", 1)[1] for profile in wanted) or "base R4"
            lacks = f", without {' '.join(missing)}" if missing else ""
            verdict = "no" if bad else "ok"
            print(f"{verdict} {sample.stem}: {resource['resourceType']} ({names}{lacks})")
            for line in found:
                why = known_fault(line)
                print(f"    {line}"[:300] + (f" ({why})" if why else ""))
    print(f"{folder_of_samples}: {judged} resources, {errors} errors, {excused} faults of the validator")
    return errors


def spoilt(validator, folder, work):
    """How many of the documents with one fault each are refused."""
    here = Path(__file__).parent
    good = Path(work) / "samples" / "fall-alarm.json"
    subprocess.run([sys.executable, here / "spoil.py", good, Path(work) / "spoilt"], check=True)
    return judge(validator, folder, work, "spoilt")


def main():
    errors = judge(*sys.argv[1:4], "samples")
    # A judge that accepts everything judges nothing.
    if spoilt(*sys.argv[1:4]) < 3:
        print("the validator takes documents with faults: it judges nothing", file=sys.stderr)
        return 2
    return 1 if errors else 0


sys.exit(main())
