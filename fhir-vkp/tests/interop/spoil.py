"""Writes copies of samples with one fault each, to see that a judge judges: spoil.py base|profiles SAMPLES FOLDER.

The faults named `base` break R4 itself. Those named `profiles` are good R4, but not what VKP, PMD and no-basis ask.
"""

import json
import sys
from pathlib import Path

VKP = "http://ehelse.no/fhir/CodeSystem/"
FAULTS = {"base": {}, "profiles": {}}


def fault(kind, sample):
    """The function plants a fault of this kind in a copy of this sample; its name names the fault."""

    def kept(plant):
        FAULTS[kind][plant.__name__.replace("_", "-")] = (sample, plant)
        return plant

    return kept


def resources(document):
    """A resource and those in it."""
    yield document
    for entry in document.get("entry", []):
        yield from resources(entry["resource"])


def first(document, kind, profile=""):
    """The first resource of a type in a document, which claims a profile of this name."""
    found = (r for r in resources(document) if r["resourceType"] == kind)
    return next(r for r in found if any(p.endswith(profile) for p in r.get("meta", {}).get("profile", [""])))


def issue(bundle):
    return first(bundle, "DetectedIssue")


def code(concept, other):
    """Another code in the first coding, without the words of the old one."""
    concept["coding"][0]["code"] = other
    concept["coding"][0].pop("display", None)


# Faults of R4.


@fault("base", "fall-alarm")
def no_status(bundle):
    del issue(bundle)["status"]


@fault("base", "fall-alarm")
def single_identifier(bundle):
    issue(bundle)["identifier"] = issue(bundle)["identifier"][0]


@fault("base", "fall-alarm")
def unknown_member(bundle):
    issue(bundle)["alarm"] = "x"


@fault("base", "fall-alarm")
def wrong_severity(bundle):
    issue(bundle)["severity"] = "critical"


@fault("base", "fall-alarm")
def empty_text(bundle):
    issue(bundle)["detail"] = ""


@fault("base", "fall-alarm")
def null_code(bundle):
    issue(bundle)["code"] = None


@fault("base", "fall-alarm")
def no_zone(bundle):
    bundle["timestamp"] = "2026-03-14T02:31:10"


# What a profile demands is missing, comes too often, or is of another kind.


@fault("profiles", "fall-alarm")
def no_patient(bundle):
    del issue(bundle)["patient"]


@fault("profiles", "fall-alarm")
def no_category(bundle):
    del first(bundle, "Composition")["category"]


@fault("profiles", "fall-alarm")
def no_subject(bundle):
    del first(bundle, "Composition")["subject"]


@fault("profiles", "fall-alarm")
def no_participant(bundle):
    del first(bundle, "Encounter")["participant"]


@fault("profiles", "fall-alarm")
def no_mode(bundle):
    del first(bundle, "Encounter")["participant"][0]["type"]


@fault("profiles", "fall-alarm")
def two_modes(bundle):
    first(bundle, "Encounter")["participant"][0]["type"] *= 2


@fault("profiles", "fall-alarm")
def no_period(bundle):
    del first(bundle, "Encounter")["period"]


@fault("profiles", "medication-dispense-document")
def no_performer(bundle):
    del first(bundle, "MedicationDispense")["performer"]


@fault("profiles", "medication-dispense-document")
def performer_reference(bundle):
    first(bundle, "MedicationDispense")["performer"][0]["actor"]["reference"] = "Device/1"


@fault("profiles", "medication-dispense-document")
def dispense_identifier(bundle):
    first(bundle, "MedicationDispense")["identifier"][0]["system"] = "https://example.net/dispenses"


@fault("profiles", "medication-dispense-document")
def dispense_subject(bundle):
    first(bundle, "MedicationDispense")["subject"]["identifier"]["system"] = "https://example.net/patients"


@fault("profiles", "questionnaire-response")
def no_answering_subject(response):
    del response["subject"]


@fault("profiles", "patient")
def zone_as_number(patient):
    patient["extension"][0] = {"url": patient["extension"][0]["url"], "valueInteger": 1}


@fault("profiles", "patient")
def two_zones(patient):
    patient["extension"].append(patient["extension"][0])


@fault("profiles", "patient")
def number_without_value(patient):
    del patient["identifier"][0]["value"]


@fault("profiles", "pmd-every-measure-by-a-nurse")
def no_vital_sign(batch):
    del first(batch, "Observation", "Heartrate")["category"]


# A code, or the system of a code or an identifier, is not of the list that is bound.


@fault("profiles", "fall-alarm")
def alert_code(bundle):
    code(issue(bundle)["code"], "4.99")


@fault("profiles", "fall-alarm")
def alert_display(bundle):
    issue(bundle)["code"]["coding"][0]["display"] = "Brannalarm"


@fault("profiles", "fall-alarm")
def alert_of_another_list(bundle):
    issue(bundle)["code"]["coding"][0]["system"] = VKP + "vkp-triage-v090"


@fault("profiles", "fall-alarm")
def alert_of_a_foreign_list(bundle):
    issue(bundle)["code"]["coding"][0]["system"] = "https://example.net/alerts"


@fault("profiles", "fall-alarm")
def alert_in_words(bundle):
    issue(bundle)["code"] = {"text": "Fall"}


@fault("profiles", "fall-alarm")
def category_code(bundle):
    code(first(bundle, "Composition")["category"][0], "77")


@fault("profiles", "fall-alarm")
def event_code(bundle):
    code(first(bundle, "Composition")["event"][0]["code"][0], "2")


@fault("profiles", "fall-alarm")
def section_code(bundle):
    code(first(bundle, "Composition")["section"][0]["code"], "9")


@fault("profiles", "fall-alarm")
def mode_code(bundle):
    code(first(bundle, "Encounter")["participant"][0]["type"][0], "9")


@fault("profiles", "fall-alarm")
def reason_code(bundle):
    code(first(bundle, "Encounter")["reasonCode"][0], "7")


@fault("profiles", "medication-dispense-document")
def dispense_code(bundle):
    code(first(bundle, "MedicationDispense")["category"], "19")


@fault("profiles", "pmd-heart-rate")
def request_method(batch):
    batch["entry"][0]["request"]["method"] = "DELETE"


@fault("profiles", "pmd-heart-rate")
def subject_system(batch):
    first(batch, "Observation")["subject"]["identifier"]["system"] = "urn:oid:2.16.578.1.12.4.1.4.101"


@fault("profiles", "pmd-every-measure-by-a-nurse")
def performer_system(batch):
    nurse = first(batch, "Observation", "Heartrate")["performer"][0]
    nurse["identifier"]["system"] = "urn:oid:2.16.578.1.12.4.1.4.101"


@fault("profiles", "pmd-every-measure-by-a-nurse")
def other_than_vital_sign(batch):
    code(first(batch, "Observation", "Heartrate")["category"][0], "laboratory")


@fault("profiles", "pmd-every-measure-by-a-nurse")
def vital_sign_of_a_foreign_list(batch):
    first(batch, "Observation", "Heartrate")["category"][0]["coding"][0]["system"] = "https://example.net/categories"


@fault("profiles", "pmd-every-measure")
def score_code(batch):
    code(first(batch, "Observation", "NEWS2score")["code"], "763264000")


@fault("profiles", "pmd-every-measure-by-a-nurse")
def systolic_code(batch):
    parts = first(batch, "Observation", "Bloodpressure")["component"]
    snomed = [c for c in parts[0]["code"]["coding"] if c["system"] == "http://snomed.info/sct"]
    snomed[0]["code"] = "364075005"


def main():
    kind, samples, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (sample, plant) in FAULTS[kind].items():
        text = (samples / f"{sample}.json").read_text(encoding="utf-8")
        document = json.loads(text)
        plant(document)
        assert document != json.loads(text), f"{name} changes nothing"
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    main()
